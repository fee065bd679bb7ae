"""The timeline of a recorded run: one row for each task instance, one bar for each try.

Built from HTML and percentages, so that it fits every width without a script. A bar
carries its state by colour and by pattern; the row says it in words as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dagbook.views import html as markup
from dagbook.views import states

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


def draw(tasks: Sequence[Mapping[str, Any]]) -> str:
    """Return the timeline as HTML.

    Args:
        tasks: the ``tasks`` of a scenario; ``start`` and ``duration`` of their tries
            are seconds since the first task started.

    Raises:
        ValueError: a state that Airflow does not have.
    """
    end = max(
        (t["start"] + (t["duration"] or 0) for task in tasks for t in _ran(task)),
        default=0.0,
    )
    end = max(end, 0.001)
    rows = "".join(_row(task, end) for task in tasks)
    marks, grid = axis(end)
    return (
        '<div class="db-timeline" role="group" aria-label="Timeline of the run" '
        f'style="--grid:{grid}">'
        f'<ol class="db-timeline__rows" data-search-exclude>{rows}</ol>{marks}</div>'
    )


def axis(end: float) -> tuple[str, str]:
    """Return the axis of a timeline that lasts ``end`` seconds, as HTML.

    Returns:
        The axis, and the distance of the grid lines as a CSS length.
    """
    places = _marks(end)
    marks = "".join(
        f'<span style="left:{100 * mark / end:.2f}%">{_short(mark)}</span>'
        for mark in places
    )
    grid = f"{100 * places[1] / end:.2f}%" if len(places) > 1 else "100%"
    return (
        '<p class="db-timeline__axis" aria-hidden="true" data-search-exclude>'
        f"{marks}</p>",
        grid,
    )


def label(task: Mapping[str, Any]) -> str:
    """Return how a task instance is called: its id, with the index if mapped."""
    index = task.get("map_index", -1)
    return f"{task['task_id']}[{index}]" if index >= 0 else str(task["task_id"])


def _ran(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [t for t in task.get("tries", ()) if t.get("start") is not None]


def _row(task: Mapping[str, Any], end: float) -> str:
    ran = _ran(task)
    bars = "".join(_bar(one, end) for one in ran)
    bars += "".join(
        _gap(one, after, end) for one, after in zip(ran, ran[1:], strict=False)
    )
    state = states.of(task.get("state"))
    words = "; ".join(_words(one, len(ran) > 1) for one in ran) or "did not start"
    bars = bars or '<span class="db-timeline__nothing">did not start</span>'
    return (
        f'<li class="db-timeline__row {state.css}">'
        '<span class="db-timeline__name">'
        f"{markup.name(label(task))}</span>"
        f'<span class="db-sr">: {state.name}; {markup.text(words)}</span>'
        f'<span class="db-timeline__track" aria-hidden="true">{bars}</span></li>'
    )


def _bar(one: Mapping[str, Any], end: float) -> str:
    state = states.of(one.get("state"))
    left = 100 * one["start"] / end
    width = 100 * (one["duration"] or 0) / end
    spent = markup.seconds(one["duration"] or 0)
    return (
        f'<span class="db-bar {state.css}" '
        f'style="left:{left:.2f}%;width:{width:.2f}%" '
        f'title="try {one["try_number"]}: {state.name}, {spent}"></span>'
    )


def _gap(one: Mapping[str, Any], after: Mapping[str, Any], end: float) -> str:
    left = one["start"] + (one["duration"] or 0)
    width = max(after["start"] - left, 0)
    return (
        f'<span class="db-gap" style="left:{100 * left / end:.2f}%;'
        f'width:{100 * width / end:.2f}%"></span>'
    )


def _words(one: Mapping[str, Any], several: bool) -> str:
    start = f"started at {one['start']:.2f} s, took {one['duration'] or 0:.2f} s"
    if not several:
        return start
    return f"try {one['try_number']} {states.of(one.get('state')).name}, {start}"


def _marks(end: float) -> list[float]:
    step = next((s for s in _STEPS if end / s <= 5), end / 5)
    return [i * step for i in range(int(end / step * 1.0001) + 1)]


def _short(mark: float) -> str:
    if mark >= 60 and mark % 60 == 0:
        return f"{mark / 60:g} min"
    return f"{mark:g} s"
