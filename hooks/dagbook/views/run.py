"""What a recorded run shows on a page: one function for each word of ``show:``.

The functions know nothing of fences or files. They take a scenario as ``recording``
keeps it and raise ``ValueError`` with the known names when asked for something that the
run does not have: a page must not show an empty place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from dagbook.templates import Macros, filters
from dagbook.views import exchanges, html, timeline
from dagbook.views.options import Options, Scenario, some, value

OPTIONS = Options()
_DRAWN = Macros("views", "run.html.jinja")

Task = Mapping[str, Any]


def render(scenario: Scenario, show: Sequence[str]) -> Markup:
    """Return the chosen parts of a scenario as HTML, in the order of ``show``.

    Args:
        scenario: as in the recording.
        show: words of ``OPTIONS``.

    Raises:
        ValueError: an unknown word, task, key or name, or a part this run has not.
    """
    parts: list[Markup] = []
    for xcoms, words in groupby(show, key=lambda word: word.startswith("xcom:")):
        if xcoms:  # several in a row read as one list
            names = [word.partition(":")[2] for word in words]
            parts.append(_xcoms(scenario, *names))
            continue
        for word in words:
            drawn = OPTIONS.draw(scenario, word)
            # The table of states has each error already.
            if not (word.startswith("error:") and "states" in show):
                parts.append(drawn)
    return html.safe("".join(parts))


def verdict(scenario: Scenario) -> Markup:
    """Return the run's end in one line: state, run type, dates, conf and note."""
    return _DRAWN.verdict(scenario) if scenario["kind"] == "run" else Markup()


@OPTIONS.option("states")
def _states(scenario: Scenario) -> Markup:
    """Each task instance: its state, tries, time, and the errors of its tries."""
    return _DRAWN.states(_tasks(scenario))


@OPTIONS.option("timeline")
def _timeline(scenario: Scenario) -> Markup:
    """A bar for each try on one time axis: only where time is the lesson."""
    return timeline.draw(_tasks(scenario))


@OPTIONS.option("xcom:task")
def _xcoms(scenario: Scenario, *wanted: str) -> Markup:
    """The XComs that a task left; `xcom:task:key` shows one of them."""
    pairs = [pair for one in wanted for pair in _xcom(scenario, one)]
    return html.pairs("XCom" if len(pairs) == 1 else "XComs", pairs)


@OPTIONS.option("log:task")
def _log(scenario: Scenario, task_id: str) -> Markup:
    """The lines that the task itself has logged."""
    return _each(scenario, task_id, _DRAWN.log, "logged nothing of its own")


@OPTIONS.option("error:task")
def _errors(scenario: Scenario, task_id: str) -> Markup:
    """The errors of the task's tries; where `states` has them already, nothing more."""
    return _each(scenario, task_id, _DRAWN.errors, "raised no error")


@OPTIONS.option("rendered:task")
def _rendered(scenario: Scenario, task_id: str) -> Markup:
    """The fields of the task that are templates, as they were rendered."""
    pairs = [
        (_named(task, field), found)
        for task in _of(scenario, task_id)
        for field, found in sorted(task["rendered"].items())
    ]
    if not pairs:
        raise ValueError(f"{task_id} has no rendered field")
    return html.pairs("Rendered", pairs)


@OPTIONS.option("value:name")
def _value(scenario: Scenario, name: str) -> Markup:
    """A value that the test kept with `scenario.keep(name, value)`."""
    return html.kept(name, value(scenario, name))


@OPTIONS.option("children")
def _children(scenario: Scenario) -> Markup:
    """The runs that this run has started."""
    runs = some(scenario, "runs", "the run left no other run behind")
    return _DRAWN.children(runs)


@OPTIONS.option("assets")
def _assets(scenario: Scenario) -> Markup:
    """The asset events that the run has emitted."""
    events = some(scenario, "asset_events", "the run emitted no asset event")
    return _DRAWN.assets(events)


@OPTIONS.option("exchanges")
def _exchanges(scenario: Scenario) -> Markup:
    """Every request and command of the test, with its answer."""
    talks = some(scenario, "exchanges", "the scenario recorded no exchange")
    return exchanges.whole(*talks)


@OPTIONS.option("exchange:name")
def _exchange(scenario: Scenario, name: str) -> Markup:
    """The request or command which the test has named so, with its answer."""
    return exchanges.whole(exchanges.named(scenario, name))


@OPTIONS.option("answer:name")
def _answer(scenario: Scenario, name: str) -> Markup:
    """The status and the answer of that request or command alone."""
    return exchanges.answer(exchanges.named(scenario, name))


def _tasks(scenario: Scenario) -> list[Task]:
    if scenario["kind"] != "run":
        raise ValueError("this scenario is no run: it can show exchanges and values")
    return list(scenario["tasks"])


def _of(scenario: Scenario, task_id: str) -> list[Task]:
    tasks = _tasks(scenario)
    found = [t for t in tasks if task_id in (t["task_id"], html.label(t))]
    if not found:
        known = ", ".join(dict.fromkeys(str(t["task_id"]) for t in tasks))
        raise ValueError(f"the run has no task {task_id!r} — it has {known}")
    return found


def _each(
    scenario: Scenario, task_id: str, draw: Callable[[Task], Markup], nothing: str
) -> Markup:
    drawn = Markup().join(draw(task) for task in _of(scenario, task_id))
    if not drawn.strip():
        raise ValueError(f"{task_id} {nothing}")
    return drawn


def _xcom(scenario: Scenario, wanted: str) -> Iterable[tuple[Markup, Any]]:
    task_id, _, key = wanted.partition(":")
    pairs = []
    for task in _of(scenario, task_id):
        xcoms = task["xcoms"]
        if key and key not in xcoms:
            known = ", ".join(xcoms) or "none"
            raise ValueError(f"{task_id} has no XCom {key!r} — it has {known}")
        for name in [key] if key else _own_xcoms(xcoms):
            which = "" if name == "return_value" else name
            pairs.append((_named(task, which), xcoms[name]))
    if not pairs:
        raise ValueError(f"{task_id} left no XCom")
    return pairs


def _own_xcoms(xcoms: Mapping[str, Any]) -> list[str]:
    """Leave out the copies that ``multiple_outputs`` makes of the returned parts."""
    whole = xcoms.get("return_value")
    parts = whole if isinstance(whole, dict) else {}
    own = [k for k in xcoms if k not in parts or xcoms[k] != parts[k]]
    return sorted(own, key=lambda key: (key != "return_value", key))


def _named(task: Task, what: str) -> Markup:
    name = html.name(html.label(task))
    return Markup(f"{name} {html.name(what)}") if what else name


@filters
def tried(task: Task) -> str:
    """Return how many tries a task had, and how many it may have."""
    last = task.get("try_number") or 0
    return f"{last} of {max((task.get('max_tries') or 0) + 1, last)}" if last else "–"


@filters
def took(task: Task) -> str:
    """Return the time of all tries of a task."""
    spent = [t["duration"] for t in task["tries"] if t.get("duration") is not None]
    return html.seconds(sum(spent)) if spent else "–"
