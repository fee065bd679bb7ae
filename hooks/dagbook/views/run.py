"""What a recorded scenario shows on a page: one HTML part for each word of ``show``.

The parts know nothing of fences or files. They take a scenario as ``recording`` keeps
it and raise ``ValueError`` with the known names when asked for something that the run
does not have: a page must not show an empty place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from dagbook.views import html as markup
from dagbook.views import states, timeline
from dagbook.views.exchanges import exchanges

Scenario = Mapping[str, Any]
Whole = Mapping[str, Callable[[Scenario], str]]
One = Mapping[str, Callable[[Scenario, str], str]]

_NUMBERS = ' class="db-num"'


def render(scenario: Scenario, show: Sequence[str]) -> str:
    """Return the chosen parts of a scenario as HTML, in the order of ``show``.

    Args:
        scenario: as in the recording.
        show: ``states``, ``timeline``, ``children``, ``assets``, ``exchanges``, or
            ``xcom:task``, ``xcom:task:key``, ``log:task``, ``error:task``,
            ``rendered:task``, ``value:name``.

    Raises:
        ValueError: an unknown word, task, key or name, or a part this run has not.
    """
    parts = []
    for xcoms, words in groupby(show, key=lambda word: word.startswith("xcom:")):
        if xcoms:  # several in a row read as one list
            parts.append(_xcoms(scenario, list(words)))
        else:
            parts += [part(scenario, word, _WHOLE, _ONE) for word in words]
    return "".join(parts)


def part(scenario: Scenario, word: str, whole: Whole, one: One) -> str:
    """Return one part of a fence's ``show``: ``states``, or ``log:load``.

    Args:
        scenario: what was recorded.
        word: the kind, and a name behind a colon where the kind wants one.
        whole: the kinds without a name.
        one: the kinds with a name.

    Raises:
        ValueError: there is no such kind.
    """
    kind, _, rest = word.partition(":")
    if not rest and kind in whole:
        return whole[kind](scenario)
    if rest and kind in one:
        return one[kind](scenario, rest)
    known = ", ".join([*whole, *(f"{k}:…" for k in one)])
    raise ValueError(f"cannot show {word!r} — one of {known}")


def verdict(scenario: Scenario) -> str:
    """Return the run's end in one line: state, run type, dates, conf and note."""
    if scenario["kind"] != "run":
        return ""
    facts = [states.pill(scenario["state"]), f"{markup.text(scenario['run_type'])} run"]
    date = scenario.get("logical_date")
    facts.append(f"logical date {markup.code(date)}" if date else "no logical date")
    if conf := scenario.get("conf"):
        facts.append(f"conf {markup.value(conf)}")
    if note := scenario.get("note"):
        facts.append(f"note “{markup.text(note)}”")
    return "".join(f"<span>{fact}</span>" for fact in facts)


def _tasks(scenario: Scenario) -> list[Mapping[str, Any]]:
    if scenario["kind"] != "run":
        raise ValueError("this scenario is no run: it can show exchanges and values")
    return list(scenario["tasks"])


def _of(scenario: Scenario, task_id: str) -> list[Mapping[str, Any]]:
    tasks = _tasks(scenario)
    found = [t for t in tasks if task_id in (t["task_id"], timeline.label(t))]
    if not found:
        known = ", ".join(dict.fromkeys(str(t["task_id"]) for t in tasks))
        raise ValueError(f"the run has no task {task_id!r} — it has {known}")
    return found


def _states(scenario: Scenario) -> str:
    rows = "".join(_state_rows(task) for task in _tasks(scenario))
    return markup.table(("Task", "State", "Try", "Took"), rows)


def _state_rows(task: Mapping[str, Any]) -> str:
    spent = [t["duration"] for t in task["tries"] if t.get("duration") is not None]
    took = markup.seconds(sum(spent)) if spent else "–"
    number, most = task.get("try_number") or 0, (task.get("max_tries") or 0) + 1
    tries = f"{number} of {max(most, number)}" if number else "–"
    row = (
        f'<tr><th scope="row">{markup.name(timeline.label(task))}</th>'
        f"<td>{states.pill(task['state'])}</td>"
        f'<td class="db-nowrap">{tries}</td>'
        f"<td{_NUMBERS}>{took}</td></tr>"
    )
    several = len(task["tries"]) > 1
    return row + "".join(
        f'<tr class="db-states__error"><td colspan="4">{_error(one, several)}</td></tr>'
        for one in task["tries"]
        if one.get("error")
    )


def _error(one: Mapping[str, Any], several: bool) -> str:
    error = one["error"]
    which = f'<span class="db-try">Try {one["try_number"]}</span> ' if several else ""
    return (
        f'{which}<code class="db-error"><b>{markup.text(error["type"])}</b>: '
        f"{markup.text(error['message'])}</code>"
    )


def _timeline(scenario: Scenario) -> str:
    return timeline.draw(_tasks(scenario))


def _xcoms(scenario: Scenario, words: Sequence[str]) -> str:
    pairs: list[tuple[str, Any]] = []
    for word in words:
        pairs += _xcom(scenario, word.partition(":")[2])
    return _pairs("XCom" if len(pairs) == 1 else "XComs", pairs)


def _xcom(scenario: Scenario, wanted: str) -> list[tuple[str, Any]]:
    task_id, _, key = wanted.partition(":")
    pairs = []
    for task in _of(scenario, task_id):
        xcoms, label = task["xcoms"], markup.name(timeline.label(task))
        if key and key not in xcoms:
            known = ", ".join(xcoms) or "none"
            raise ValueError(f"{task_id} has no XCom {key!r} — it has {known}")
        for name in [key] if key else _own_xcoms(xcoms):
            which = "" if name == "return_value" else f" {markup.name(name)}"
            pairs.append((label + which, xcoms[name]))
    if not pairs:
        raise ValueError(f"{task_id} left no XCom")
    return pairs


def _own_xcoms(xcoms: Mapping[str, Any]) -> list[str]:
    """Leave out the copies that ``multiple_outputs`` makes of the returned parts."""
    whole = xcoms.get("return_value")
    parts = whole if isinstance(whole, dict) else {}
    own = [k for k in xcoms if k not in parts or xcoms[k] != parts[k]]
    return sorted(own, key=lambda key: (key != "return_value", key))


def _pairs(title: str, pairs: Sequence[tuple[str, Any]]) -> str:
    body = "".join(f"<dt>{name}</dt><dd>{markup.value(v)}</dd>" for name, v in pairs)
    return _section(title, f'<dl class="db-pairs">{body}</dl>')


def _section(title: str, body: str) -> str:
    return (
        f'<div class="db-part"><p class="db-part__title">{title}</p>'
        f'<div class="db-part__body">{body}</div></div>'
    )


def _log(scenario: Scenario, task_id: str) -> str:
    blocks = []
    for task in _of(scenario, task_id):
        several = len(task["tries"]) > 1
        for one in task["tries"]:
            if not one["log"]:
                continue
            which = f", try {one['try_number']}" if several else ""
            lines = "".join(_log_line(line) for line in one["log"])
            blocks.append(
                _section(
                    f"Log of {markup.name(timeline.label(task))}{which}",
                    f'<pre class="db-log"><code>{lines}</code></pre>',
                )
            )
    if not blocks:
        raise ValueError(f"{task_id} logged nothing of its own")
    return "".join(blocks)


def _log_line(line: str) -> str:
    level, _, rest = line.partition(" ")
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        return f"<span>{markup.text(line)}\n</span>"
    return (
        f'<span class="db-log--{level.lower()}"><b>{level}</b> '
        f"{markup.text(rest)}\n</span>"
    )


def _errors(scenario: Scenario, task_id: str) -> str:
    rows = []
    for task in _of(scenario, task_id):
        several = len(task["tries"]) > 1
        for one in task["tries"]:
            if one.get("error"):
                rows.append(
                    _section(
                        f"Error of {markup.name(timeline.label(task))}",
                        f'<p class="db-error-line">{_error(one, several)}</p>',
                    )
                )
    if not rows:
        raise ValueError(f"{task_id} raised no error")
    return "".join(rows)


def _rendered(scenario: Scenario, task_id: str) -> str:
    pairs = [
        (f"{markup.name(timeline.label(task))} {markup.name(field)}", found)
        for task in _of(scenario, task_id)
        for field, found in sorted(task["rendered"].items())
    ]
    if not pairs:
        raise ValueError(f"{task_id} has no rendered field")
    return _pairs("Rendered", pairs)


def _children(scenario: Scenario) -> str:
    runs = scenario.get("runs") or []
    if not runs:
        raise ValueError("the run left no other run behind")
    rows = "".join(
        f'<tr><th scope="row">{markup.name(run["dag_id"])}<br>'
        f'<span class="db-quiet">{markup.name(run["run_id"])}</span></th>'
        f"<td>{states.pill(run['state'])}</td><td>{_run_facts(run)}</td></tr>"
        for run in runs
    )
    return markup.table(("Run", "State", "How it came"), rows)


def _run_facts(run: Mapping[str, Any]) -> str:
    facts = [markup.text(run["run_type"])]
    if run.get("logical_date"):
        facts.append(f"logical date {markup.code(run['logical_date'])}")
    if run.get("conf"):
        facts.append(f"conf {markup.value(run['conf'])}")
    if run.get("note"):
        facts.append(f"note “{markup.text(run['note'])}”")
    return "<br>".join(facts)


def _assets(scenario: Scenario) -> str:
    events = scenario.get("asset_events") or []
    if not events:
        raise ValueError("the run emitted no asset event")
    rows = "".join(
        f'<tr><th scope="row">{markup.name(event["asset"])}</th>'
        f"<td>{markup.name(event.get('source_task') or '–')}</td>"
        f"<td>{markup.value(event.get('extra') or {})}</td></tr>"
        for event in events
    )
    return markup.table(("Asset", "From task", "Extra"), rows)


def _exchanges(scenario: Scenario) -> str:
    return exchanges(scenario.get("exchanges") or [])


def _value(scenario: Scenario, name: str) -> str:
    values = scenario.get("values") or {}
    if name not in values:
        known = ", ".join(values) or "none"
        raise ValueError(f"the test kept no value {name!r} — it kept {known}")
    return _pairs("Measured by the test", [(markup.name(name), values[name])])


_WHOLE: Whole = {
    "states": _states,
    "timeline": _timeline,
    "children": _children,
    "assets": _assets,
    "exchanges": _exchanges,
}
_ONE: One = {
    "xcom": lambda scenario, wanted: _pairs("XCom", _xcom(scenario, wanted)),
    "log": _log,
    "error": _errors,
    "rendered": _rendered,
    "value": _value,
}
