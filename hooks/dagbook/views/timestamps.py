"""The timestamps of a run and of one task as a vertical timeline."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dagbook import templates

STEP, TOP, CHAR, BESIDE, MIDDLE = 34, 34, 6.7, 14, 24


def draw(rows: Sequence[Sequence[str]]) -> Markup:
    """Return an SVG: the run's timestamps on the left, the task's on the right.

    Args:
        rows: field, ``run`` or ``task``, and when it is set, in the order of time.
    """
    stops = [
        (field.replace("`", ""), sort, TOP + STEP * index + 6)
        for index, (field, sort, *_) in enumerate(rows)
    ]
    widths = {
        sort: CHAR * max(len(field) for field, own, _ in stops if own == sort)
        for sort in ("run", "task")
    }
    left = round(widths["run"] + BESIDE, 1)
    right = left + MIDDLE
    return templates.fill(
        "views",
        "timestamps.html.jinja",
        description=" ".join(
            f"{sort}: {field}, {row[2]}."
            for row, (field, sort, _) in zip(rows, stops, strict=True)
        ),
        height=TOP + STEP * len(rows) + 6,
        left=left,
        right=right,
        stops=stops,
        width=round(right + max(widths["task"], 13 * CHAR) + BESIDE, 1),
    )
