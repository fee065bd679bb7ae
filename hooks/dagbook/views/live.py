"""What a scenario of a real scheduler shows on a page: its runs on one time axis.

Times count from the first step of the scenario, so that what the test did, what the
scheduler made of it and how long each thing waited stand on the same axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagbook.views import html as markup
from dagbook.views import states, timeline
from dagbook.views.run import One, Whole, part

Scenario = Mapping[str, Any]

SHOWN = ["timeline", "steps"]


def render(scenario: Scenario, show: Sequence[str]) -> str:
    """Return the chosen parts of a live scenario as HTML, in the order of ``show``.

    Args:
        scenario: of ``<stem>.live.json``.
        show: ``timeline``, ``steps``, ``states``, ``runs``, ``error:task``,
            ``value:name``.

    Raises:
        ValueError: an unknown word, task or name.
    """
    return "".join(part(scenario, word, _WHOLE, _ONE) for word in show)


def verdict(scenario: Scenario) -> str:
    """Return the end of the scenario in one line: its runs and their states."""
    runs = scenario["runs"]
    facts = [markup.plural(len(runs), "run")]
    facts += [states.pill(state) for state in _counted(run["state"] for run in runs)]
    return "".join(f"<span>{fact}</span>" for fact in facts)


def _counted(names: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names))


def segments(task: Mapping[str, Any], end: float) -> list[tuple[str, float, float]]:
    """Return state, start and length of each stretch of a task instance, in seconds.

    A state lasts until the next one; one that ends the task has no length. ``end`` is
    where a task that was never finished is cut.
    """
    times = [(float(at), str(state)) for at, state in task["times"]]
    found = []
    for number, (at, state) in enumerate(times):
        later = times[number + 1][0] if number + 1 < len(times) else at
        if number + 1 == len(times) and state not in _FINAL:
            later = end
        found.append((state, at, max(0.0, later - at)))
    return found


_FINAL = {"success", "failed", "skipped", "upstream_failed", "removed", "none"}


def _end(scenario: Scenario) -> float:
    last = [step["at"] for step in scenario["steps"]]
    for run in scenario["runs"]:
        last += [at for at in run["times"].values() if at is not None]
        last += [at for task in run["tasks"] for at, _ in task["times"]]
    return max([0.001, *last])


def _timeline(scenario: Scenario) -> str:
    end = _end(scenario)
    rows = []
    for number, run in enumerate(scenario["runs"], start=1):
        which = f" {number}" if len(scenario["runs"]) > 1 else ""
        rows.append(_row(f"run{which}", run["state"], _run_segments(run, end), end))
        rows += [
            _row(timeline.label(task), task["state"], segments(task, end), end)
            for task in _in_order(run["tasks"], end)
        ]
    axis, grid = timeline.axis(end)
    return (
        '<div class="db-timeline db-timeline--live" role="group" '
        f'aria-label="Timeline on a real scheduler" style="--grid:{grid}">'
        f'<ol class="db-timeline__rows" data-search-exclude>{"".join(rows)}</ol>'
        f"{axis}</div>"
    )


def _in_order(
    tasks: Sequence[Mapping[str, Any]], end: float
) -> list[Mapping[str, Any]]:
    """Return the tasks as they came to life; the recording sorts them by name."""
    return sorted(tasks, key=lambda task: task["times"][0][0] if task["times"] else end)


def _run_segments(run: Mapping[str, Any], end: float) -> list[tuple[str, float, float]]:
    times = run["times"]
    queued, running, ended = times["queued"], times["running"], times["ended"]
    found = []
    if queued is not None:
        until = running if running is not None else (ended or end)
        found.append(("queued", queued, max(0.0, until - queued)))
    if running is not None:
        until = ended if ended is not None else end
        found.append(("running", running, max(0.0, until - running)))
    if ended is not None:
        found.append((run["state"], ended, 0.0))
    return found


def _row(
    name: str, final: str | None, parts: list[tuple[str, float, float]], end: float
) -> str:
    state = states.of(final)
    bars = "".join(_bar(*part, end) for part in parts)
    words = "; ".join(
        f"{one} at {at:.1f} s" + (f" for {took:.1f} s" if took >= 0.05 else "")
        for one, at, took in parts
    )
    nothing = '<span class="db-timeline__nothing">never scheduled</span>'
    return (
        f'<li class="db-timeline__row {state.css}">'
        '<span class="db-timeline__name">'
        f"{markup.name(name)}</span>"
        f'<span class="db-sr">: {state.name}; {markup.text(words or "never scheduled")}'
        "</span>"
        f'<span class="db-timeline__track" aria-hidden="true">{bars or nothing}</span>'
        "</li>"
    )


def _bar(name: str, at: float, took: float, end: float) -> str:
    if not took:
        return ""
    state = states.of(name)
    spent = markup.seconds(took)
    return (
        f'<span class="db-bar {state.css}" '
        f'style="left:{100 * at / end:.2f}%;width:{100 * took / end:.2f}%" '
        f'title="{state.name}, {spent}"></span>'
    )


def _steps(scenario: Scenario) -> str:
    rows = "".join(
        f'<tr><td class="db-num">{step["at"]:.1f} s</td>'
        f"<td>{markup.text(step['did'])}</td></tr>"
        for step in scenario["steps"]
    )
    return markup.table(("After", "Step"), rows)


def _states(scenario: Scenario) -> str:
    several = len(scenario["runs"]) > 1
    rows = []
    for number, run in enumerate(scenario["runs"], start=1):
        for task in run["tasks"]:
            which = f"run {number}, " if several else ""
            path = " → ".join(task["path"])
            rows.append(
                f'<tr><th scope="row">{which}{markup.name(timeline.label(task))}</th>'
                f"<td>{states.pill(task['state'])}</td>"
                f"<td>{task['try_number'] or '–'}</td><td>{markup.text(path)}</td></tr>"
            )
    columns = ("Task", "State", "Try", "States it went through")
    return markup.table(columns, "".join(rows))


def _runs(scenario: Scenario) -> str:
    rows = "".join(
        f'<tr><th scope="row">{number}</th><td>{markup.name(run["dag_id"])}</td>'
        f"<td>{markup.text(run['run_type'])}</td>"
        f"<td>{markup.code(run['logical_date'] or 'none')}</td>"
        f"<td>{states.pill(run['state'])}</td></tr>"
        for number, run in enumerate(scenario["runs"], start=1)
    )
    return markup.table(("Run", "DAG", "Type", "Logical date", "State"), rows)


def _error(scenario: Scenario, task_id: str) -> str:
    found = []
    for run in scenario["runs"]:
        for task in run["tasks"]:
            if task_id in (task["task_id"], timeline.label(task)):
                found += [one["error"] for one in task["tries"] if one["error"]]
    if not found:
        raise ValueError(f"{task_id} has no recorded error in this scenario")
    error = found[-1]
    return (
        f'<p><code class="db-error"><b>{markup.text(error["type"])}</b>: '
        f"{markup.text(error['message'])}</code></p>"
    )


def _value(scenario: Scenario, name: str) -> str:
    values = scenario["values"]
    if name not in values:
        known = ", ".join(values) or "none"
        raise ValueError(f"the scenario kept no value {name!r} — it has {known}")
    return (
        f'<div class="db-part"><p class="db-part__title">{markup.text(name)}</p>'
        f'<div class="db-part__body">{markup.value(values[name])}</div></div>'
    )


_WHOLE: Whole = {
    "timeline": _timeline,
    "steps": _steps,
    "states": _states,
    "runs": _runs,
}
_ONE: One = {"error": _error, "value": _value}
