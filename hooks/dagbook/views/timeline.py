"""Timelines: one row for each task instance, one bar for each stretch of its time.

Built from HTML and percentages, so that it fits every width without a script. A bar
carries its state by colour and by pattern; the row says it in words as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from dagbook import templates
from dagbook.views import html, states

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


@dataclass(frozen=True)
class Bar:
    """A stretch of time.

    Args:
        start: in seconds from the beginning of the timeline.
        length: in seconds.
        state: what the task was in then; None for a gap between two tries.
        title: what the bar says when one points at it.
    """

    start: float
    length: float
    state: states.State | None = None
    title: str = ""


@dataclass(frozen=True)
class Row:
    """What one task instance or run did.

    Args:
        name: its name.
        state: its last state.
        words: what the bars show, in words.
        bars: from left to right.
    """

    name: str
    state: states.State
    words: str
    bars: Sequence[Bar]


def draw(tasks: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the timeline of a run as HTML.

    Args:
        tasks: the ``tasks`` of a scenario; ``start`` and ``duration`` of their tries
            are seconds since the first task started.

    Raises:
        ValueError: a state that Airflow does not have.
    """
    rows = [_row(task) for task in tasks]
    ends = [bar.start + bar.length for row in rows for bar in row.bars]
    return drawn("Timeline of the run", rows, max(0.001, *ends, 0), "did not start")


def drawn(
    label: str, rows: Sequence[Row], end: float, nothing: str, css: str = ""
) -> Markup:
    """Return rows above an axis as HTML.

    Args:
        label: what the timeline is called.
        rows: from top to bottom.
        end: the length of the axis in seconds.
        nothing: what a row without bars says.
        css: one more class.
    """

    def share(part: float) -> str:
        return f"{100 * part / end:.2f}%"

    def place(bar: Bar) -> str:
        return f"left:{share(bar.start)};width:{share(bar.length)}"

    step = next((s for s in _STEPS if end / s <= 5), end / 5)
    marks = [i * step for i in range(int(end / step * 1.0001) + 1)]
    return templates.fill(
        "views",
        "timeline.html.jinja",
        label=label,
        rows=[(row, [(bar, place(bar)) for bar in row.bars]) for row in rows],
        nothing=nothing,
        css=css,
        marks=[(share(mark), _short(mark)) for mark in marks],
    )


def _row(task: Mapping[str, Any]) -> Row:
    ran = [t for t in task.get("tries", ()) if t.get("start") is not None]
    bars = [_bar(one) for one in ran]
    gaps = [
        Bar(left, max(after.start - left, 0))
        for one, after in pairwise(bars)
        for left in [one.start + one.length]
    ]
    words = "; ".join(_words(one, len(ran) > 1) for one in ran)
    return Row(html.label(task), states.of(task.get("state")), words, bars + gaps)


def _bar(one: Mapping[str, Any]) -> Bar:
    state, took = states.of(one.get("state")), one["duration"] or 0
    title = f"try {one['try_number']}: {state.name}, {html.seconds(took)}"
    return Bar(one["start"], took, state, title)


def _words(one: Mapping[str, Any], several: bool) -> str:
    start = f"started at {one['start']:.2f} s, took {one['duration'] or 0:.2f} s"
    if not several:
        return start
    return f"try {one['try_number']} {states.of(one.get('state')).name}, {start}"


def _short(mark: float) -> str:
    """Return the seconds of a mark of the axis in few characters."""
    whole = mark >= 60 and mark % 60 == 0
    return f"{mark / 60:g} min" if whole else f"{mark:g} s"
