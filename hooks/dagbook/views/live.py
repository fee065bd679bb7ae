"""What a scenario of a real scheduler shows on a page: its runs on one time axis.

Times count from the first step of the scenario, so that what the test did, what the
scheduler made of it and how long each thing waited stand on the same axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from dagbook.templates import Macros
from dagbook.views import html, states, timeline
from dagbook.views.options import Options, Scenario, value
from dagbook.views.timeline import Bar, Row

OPTIONS = Options()
SHOWN = ["timeline", "steps"]
_DRAWN = Macros("views", "live.html.jinja")
_FINAL = {"success", "failed", "skipped", "upstream_failed", "removed", "none"}

Stretch = tuple[str, float, float]
"""A state, when it began and how long it lasted, in seconds."""


def render(scenario: Scenario, show: Sequence[str]) -> Markup:
    """Return the chosen parts of a live scenario as HTML, in the order of ``show``.

    Args:
        scenario: of ``<stem>.live.json``.
        show: words of ``OPTIONS``.

    Raises:
        ValueError: an unknown word, task or name.
    """
    return html.safe("".join(OPTIONS.draw(scenario, word) for word in show))


def verdict(scenario: Scenario) -> Markup:
    """Return the end of the scenario in one line: its runs and their states."""
    return _DRAWN.verdict(scenario["runs"])


@OPTIONS.option("timeline")
def _timeline(scenario: Scenario) -> Markup:
    """The runs and their task instances on one time axis, with each state's length."""
    end = _end(scenario)
    # As they came to life; the recording sorts runs and tasks by name.
    runs = sorted(
        scenario["runs"], key=lambda run: min(run["times"].values(), default=end)
    )
    rows = []
    for number, run in enumerate(runs, start=1):
        which = f"{run['run_type']} run" + (f" {number}" if len(runs) > 1 else "")
        rows.append(_row(which, run["state"], _run_stretches(run, end)))
        for task in sorted(run["tasks"], key=lambda t: [*t["times"], [end]][0][0]):
            rows.append(_row(html.label(task), task["state"], stretches(task, end)))
    name, nothing = "Timeline on a real scheduler", "never scheduled"
    return timeline.drawn(name, rows, end, nothing, " db-timeline--live")


@OPTIONS.option("steps")
def _steps(scenario: Scenario) -> Markup:
    """What the test did, and when."""
    return _DRAWN.steps(scenario["steps"])


@OPTIONS.option("states")
def _states(scenario: Scenario) -> Markup:
    """Each task instance: its state, tries, and the states it went through."""
    return _DRAWN.states(scenario["runs"])


@OPTIONS.option("runs")
def _runs(scenario: Scenario) -> Markup:
    """Each run: its DAG, type, logical date and state."""
    return _DRAWN.runs(scenario["runs"])


@OPTIONS.option("error:task")
def _error(scenario: Scenario, task_id: str) -> Markup:
    """The last error of a task."""
    found = [
        one["error"]
        for run in scenario["runs"]
        for task in run["tasks"]
        if task_id in (task["task_id"], html.label(task))
        for one in task["tries"]
        if one["error"]
    ]
    if not found:
        raise ValueError(f"{task_id} has no recorded error in this scenario")
    return _DRAWN.error_line(found[-1])


@OPTIONS.option("value:name")
def _value(scenario: Scenario, name: str) -> Markup:
    """A value that the test kept with `scenario.keep(name, value)`."""
    return html.kept(name, value(scenario, name))


def stretches(task: Mapping[str, Any], end: float) -> list[Stretch]:
    """Return how long a task instance was in which state.

    A state lasts until the next one; one that ends the task has no length. ``end`` is
    where a task that was never finished is cut.
    """
    times = [(str(state), float(at)) for at, state in task["times"]]
    last = times[-1:]
    stop = [(s, at if s in _FINAL else end) for s, at in last]
    return _between([*times, *stop])


def _run_stretches(run: Mapping[str, Any], end: float) -> list[Stretch]:
    times = run["times"]
    names = {"queued": "queued", "running": "running", "ended": run["state"]}
    known = [(n, times[key]) for key, n in names.items() if times[key] is not None]
    stop = end if times["ended"] is None else times["ended"]
    return _between([*known, ("", stop)] if known else [])


def _between(times: Sequence[tuple[str, float]]) -> list[Stretch]:
    return [(name, at, max(0.0, to - at)) for (name, at), (_, to) in pairwise(times)]


def _end(scenario: Scenario) -> float:
    last = [step["at"] for step in scenario["steps"]]
    for run in scenario["runs"]:
        last += [at for at in run["times"].values() if at is not None]
        last += [at for task in run["tasks"] for at, _ in task["times"]]
    return max([0.001, *last])


def _row(name: str, final: str | None, found: Iterable[Stretch]) -> Row:
    words = "; ".join(
        f"{state} at {at:.1f} s" + (f" for {took:.1f} s" if took >= 0.05 else "")
        for state, at, took in found
    )
    bars = [
        Bar(at, took, states.of(state), f"{state}, {html.seconds(took)}")
        for state, at, took in found
        if took
    ]
    return Row(name, states.of(final), words, bars)
