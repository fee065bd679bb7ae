"""A state machine as a ladder: one state below the other, changes beside them.

Changes to a later state run down on the right, changes to an earlier one run up on the
left, and a change to the next state is a straight arrow. So the drawing is as narrow as
a telephone, whatever the number of states, and every machine lays it out alike. It
carries classes instead of colours and needs no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dagbook.views import html as markup
from dagbook.views import states

CHAR, ICON, PAD = 7.3, 24, 12
SPACE = 11.0  # between two ends of arrows on one side of a box
LANE = 9.0
NUMBERS = 22.0  # room for the numbers beside a box
GAP = 26.0  # between two boxes
ROUND = 5.0


@dataclass(frozen=True)
class Change:
    """One arrow.

    Args:
        start: the state that is left.
        end: the state that is entered.
        label: what stands at its start, such as ``3`` or ``3, 4``.
    """

    start: str
    end: str
    label: str


@dataclass
class _Side:
    """What meets one side of a box, from top to bottom."""

    ends: list[tuple[Change, bool]] = field(default_factory=list)

    def place(self, change: Change, leaves: bool, top: float, height: float) -> float:
        index = self.ends.index((change, leaves))
        return top + height * (index + 1) / (len(self.ends) + 1)


def draw(names: Sequence[str], changes: Iterable[Change], uid: str, title: str) -> str:
    """Return the ladder as an SVG.

    Args:
        names: the states from top to bottom; ``new`` is no state but the beginning.
        changes: the arrows; at most one for two states.
        uid: unique on the page.
        title: one sentence.

    Raises:
        ValueError: a change has a state that ``names`` has not.
    """
    arrows = list(changes)
    row = {name: index for index, name in enumerate(names)}
    for arrow in arrows:
        if strange := [n for n in (arrow.start, arrow.end) if n not in row]:
            raise ValueError(f"a change has the state {strange[0]!r}")
    straight = [a for a in arrows if row[a.end] == row[a.start] + 1]
    right = [a for a in arrows if row[a.end] > row[a.start] + 1]
    left = [a for a in arrows if row[a.end] < row[a.start]]
    sides = {
        name: {"right": _side(name, right, row), "left": _side(name, left, row)}
        for name in names
    }
    lanes = {"right": _lanes(right, row), "left": _lanes(left, row)}
    edge = {
        side: NUMBERS + LANE * (max(found.values(), default=-1) + 1) if found else 6.0
        for side, found in lanes.items()
    }
    width = max(len(name) for name in names) * CHAR + ICON + 2 * PAD
    x0 = edge["left"]
    boxes: dict[str, tuple[float, float]] = {}
    y = 4.0
    for name in names:
        ends = max(len(side.ends) for side in sides[name].values())
        height = max(26.0, SPACE * (ends + 1))
        boxes[name] = (y, height)
        y += height + GAP
    whole, tall = x0 + width + edge["right"], y - GAP + 4
    parts = [_open(uid, title, arrows, whole, tall)]
    for arrow in straight:
        parts.append(_straight(arrow, boxes, x0 + width / 2))
    for side, found in (("right", right), ("left", left)):
        sign = 1 if side == "right" else -1
        edge_x = x0 + width if side == "right" else x0
        for arrow in found:
            lane = lanes[side][arrow]
            ys = [
                sides[name][side].place(arrow, leaves, *boxes[name])
                for name, leaves in ((arrow.start, True), (arrow.end, False))
            ]
            x1 = edge_x + sign * (NUMBERS + LANE * lane)
            begin = x0 + width / 2 + 7 if arrow.start == "new" else edge_x
            parts.append(_arc(arrow, begin, edge_x, x1, ys[0], ys[1], sign))
    parts += [_box(name, x0, *boxes[name], width) for name in names]
    return "".join(parts) + "</svg>"


def _side(name: str, arrows: Iterable[Change], row: Mapping[str, int]) -> _Side:
    """Order the ends at a box so that arrows beside it cross as little as may be."""
    found = []
    for arrow in arrows:
        if arrow.start == name:
            found.append((row[arrow.end], arrow, True))
        if arrow.end == name:
            found.append((row[arrow.start], arrow, False))
    own = row[name]
    above = [e for e in found if e[0] < own]
    below = [e for e in found if e[0] > own]
    # Who goes far has the outer lane, and so the outer place at the box.
    above.sort(key=lambda e: -e[0])
    below.sort(key=lambda e: -e[0])
    return _Side([(arrow, leaves) for _, arrow, leaves in [*above, *below]])


def _lanes(arrows: Sequence[Change], row: Mapping[str, int]) -> dict[Change, int]:
    """Give each arrow the innermost lane in which nothing overlaps it."""
    taken: list[list[tuple[int, int]]] = []
    found = {}
    order = sorted(arrows, key=lambda a: (abs(row[a.end] - row[a.start]), row[a.start]))
    for arrow in order:
        low, high = sorted((row[arrow.start], row[arrow.end]))
        lane = 0
        for lane, spans in enumerate(taken):  # noqa: B007  (read after the loop)
            if all(high < a or low > b for a, b in spans):
                break
        else:
            lane = len(taken)
            taken.append([])
        taken[lane].append((low, high))
        found[arrow] = lane
    return found


def _open(
    uid: str, title: str, arrows: Sequence[Change], width: float, height: float
) -> str:
    t = markup.text
    words = " ".join(f"{a.label}: from {a.start} to {a.end}." for a in arrows)
    return (
        f'<svg class="db-ladder" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" '
        f'aria-labelledby="{t(uid)}-t {t(uid)}-d">'
        f'<title id="{t(uid)}-t">{t(title)}</title>'
        f'<desc id="{t(uid)}-d">{t(words)}</desc>'
    )


def _straight(arrow: Change, boxes: Mapping[str, tuple[float, float]], x: float) -> str:
    top, height = boxes[arrow.start]
    y1, y2 = top + height, boxes[arrow.end][0]
    return (
        f'<g class="db-edge"><path d="M{x:g} {y1:g}V{y2 - 4:g}"/>'
        f'{_tip(x, y2, 0, 1)}<text x="{x + 6:g}" y="{(y1 + y2) / 2 + 2:g}">'
        f"{markup.text(arrow.label)}</text></g>"
    )


def _arc(
    arrow: Change,
    begin: float,
    x0: float,
    x1: float,
    y1: float,
    y2: float,
    sign: int,
) -> str:
    """Return an arrow from a box at ``begin`` over the lane ``x1`` to one at ``x0``."""
    down = 1 if y2 > y1 else -1
    r = min(ROUND, abs(y2 - y1) / 2)
    path = (
        f"M{begin:g} {y1:g}H{x1 - sign * r:g}Q{x1:g} {y1:g} {x1:g} {y1 + down * r:g}"
        f"V{y2 - down * r:g}Q{x1:g} {y2:g} {x1 - sign * r:g} {y2:g}"
        f"H{x0 + sign * 4:g}"
    )
    anchor = "start" if sign > 0 else "end"
    return (
        f'<g class="db-edge"><path d="{path}"/>{_tip(x0, y2, -sign, 0)}'
        f'<text x="{x0 + sign * 3:g}" y="{y1 - 1.5:g}" text-anchor="{anchor}">'
        f"{markup.text(arrow.label)}</text></g>"
    )


def _tip(x: float, y: float, dx: int, dy: int) -> str:
    """Return an arrow's tip at a point, pointing right, left or down."""
    bx, by = x - 5 * dx, y - 5 * dy
    return (
        f'<path class="db-edge__tip" d="M{x:g} {y:g}L{bx + 3 * dy:g} {by + 3 * dx:g}'
        f'L{bx - 3 * dy:g} {by - 3 * dx:g}z"/>'
    )


def _box(name: str, x: float, y: float, height: float, width: float) -> str:
    middle = y + height / 2
    if name == "new":
        return (
            f'<g class="db-node db-s-plain"><circle cx="{x + width / 2:g}" '
            f'cy="{middle:g}" r="7"/></g>'
        )
    state = states.of(name)
    return (
        f'<g class="db-node {state.css}"><rect x="{x:g}" y="{y:g}" width="{width:g}" '
        f'height="{height:g}" rx="7"/><g transform="translate({x + 8:g} '
        f'{middle - 9:g})"><circle cx="9" cy="9" r="9"/>'
        f'<path transform="translate(1.8 1.8) scale(.9)" d="{state.icon}"/></g>'
        f'<text x="{x + PAD + ICON - 2:g}" y="{middle + 4:g}">'
        f"{markup.text(name)}</text></g>"
    )
