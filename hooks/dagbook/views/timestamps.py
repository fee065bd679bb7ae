"""The timestamps of a run and of one task as a vertical timeline."""

from __future__ import annotations

from collections.abc import Sequence

from dagbook.views import html as markup

STEP, TOP, CHAR, BESIDE, MIDDLE = 34, 34, 6.7, 14, 24


def draw(rows: Sequence[Sequence[str]]) -> str:
    """Return an SVG: the run's timestamps on the left, the task's on the right.

    Args:
        rows: field, ``run`` or ``task``, and when it is set, in the order of time.
    """
    t = markup.text
    widths = {
        sort: max(len(_bare(row[0])) for row in rows if row[1] == sort) * CHAR
        for sort in ("run", "task")
    }
    left = round(widths["run"] + BESIDE, 1)
    right = left + MIDDLE
    width = round(right + max(widths["task"], 13 * CHAR) + BESIDE, 1)
    height = TOP + STEP * len(rows) + 6
    words = " ".join(f"{row[1]}: {_bare(row[0])}, {row[2]}." for row in rows)
    parts = [
        f'<svg class="db-ladder db-times" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" aria-labelledby="times-t times-d">'
        '<title id="times-t">The timestamps of a run and of one of its tasks, in the '
        f'order in which they are set</title><desc id="times-d">{t(words)}</desc>'
        f'<text class="db-times__head" x="{left - 10:g}" y="16" text-anchor="end">run'
        f'</text><text class="db-times__head" x="{right + 10:g}" y="16">task instance'
        "</text>"
    ]
    for x, sort in ((left, "run"), (right, "task")):
        places = [_y(i) for i, row in enumerate(rows) if row[1] == sort]
        parts.append(
            f'<path class="db-times__line" d="M{x:g} {places[0]:g}V{places[-1]:g}"/>'
        )
    for index, row in enumerate(rows):
        own = row[1] == "run"
        x, y = (left, _y(index)) if own else (right, _y(index))
        end = ' text-anchor="end"' if own else ""
        at = x - 12 if own else x + 12
        parts.append(
            f'<g class="db-times__stop"><circle cx="{x:g}" cy="{y:g}" r="5"/>'
            f'<text x="{at:g}" y="{y + 4:g}"{end}>{t(_bare(row[0]))}</text></g>'
        )
    svg = "".join(parts) + "</svg>"
    return f'<figure class="db-machine db-machine--plain">{svg}</figure>\n'


def _y(index: int) -> float:
    return TOP + STEP * index + 6


def _bare(field: str) -> str:
    return field.replace("`", "")
