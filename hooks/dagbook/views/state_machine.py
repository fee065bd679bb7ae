"""A state machine as a ladder: one state below the other, changes beside them.

Changes to a later state run down on the right, changes to an earlier one run up on the
left, and a change to the next state is a straight arrow. So the drawing is as narrow as
a telephone, whatever the number of states, and every machine lays it out alike. It
carries classes instead of colours and needs no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from dagbook import templates
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


def draw(
    names: Sequence[str], changes: Iterable[Change], uid: str, title: str
) -> Markup:
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
    middle = x0 + width / 2
    arcs = []
    for side, found, sign in (("right", right, 1), ("left", left, -1)):
        edge_x = x0 + width if side == "right" else x0
        for arrow in found:
            y1, y2 = (
                sides[name][side].place(arrow, leaves, *boxes[name])
                for name, leaves in ((arrow.start, True), (arrow.end, False))
            )
            lane_x = edge_x + sign * (NUMBERS + LANE * lanes[side][arrow])
            begin = middle + 7 if arrow.start == "new" else edge_x
            path = _arc(begin, edge_x, lane_x, y1, y2, sign)
            arcs.append((arrow, sign, path, edge_x, y1, y2))
    return templates.fill(
        "views",
        "state_machine.html.jinja",
        arcs=arcs,
        boxes=[(name, None if name == "new" else states.of(name)) for name in names],
        description=" ".join(f"{a.label}: from {a.start} to {a.end}." for a in arrows),
        height=y - GAP + 4,
        left=x0,
        middle=middle,
        places=boxes,
        straight=[(a.label, sum(boxes[a.start]), boxes[a.end][0]) for a in straight],
        title=title,
        uid=uid,
        whole=x0 + width + edge["right"],
        width=width,
    )


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


def _arc(begin: float, x0: float, x1: float, y1: float, y2: float, sign: int) -> str:
    """Return the path from a box at ``begin`` over the lane ``x1`` to one at ``x0``."""
    down = 1 if y2 > y1 else -1
    r = min(ROUND, abs(y2 - y1) / 2)
    return (
        f"M{begin:g} {y1:g}H{x1 - sign * r:g}Q{x1:g} {y1:g} {x1:g} {y1 + down * r:g}"
        f"V{y2 - down * r:g}Q{x1:g} {y2:g} {x1 - sign * r:g} {y2:g}"
        f"H{x0 + sign * 4:g}"
    )
