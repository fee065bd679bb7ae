"""The states of runs and task instances: one name, one icon and one CSS class each.

Colour is never the only sign: every state has an icon and, in timelines, a pattern.
The colours themselves live in ``docs/assets/colours.css`` as custom properties, so that
light and dark schemes need no second drawing. The icons reach labels and timelines by a
stylesheet too: thousands of drawings in the pages are thousands of elements to read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup

from dagbook import templates

_DRAWN = templates.Macros("views", "states.html.jinja")

_RETRY = "M12.4 9.4A4.6 4.6 0 1 1 12.4 6M12.7 2.8v3.4H9.3"
_CLOCK = "M8 3a5 5 0 1 0 .01 0M8 5.4V8l1.9 1.5"
_PERSON = "M8 3.4a2.2 2.2 0 1 0 .01 0M3.8 13a4.2 4.2 0 0 1 8.4 0"


@dataclass(frozen=True)
class State:
    """How one state is shown.

    Args:
        name: Airflow's own word; ``none`` for a task instance without a state.
        icon: path data in a box of 16 × 16, drawn with a round stroke.
        weight: the higher, the more a mapped task as a whole takes this state.
    """

    name: str
    icon: str
    weight: int

    @property
    def css(self) -> str:
        """The class that carries the state's colours."""
        return f"db-s-{self.name}"


STATES: dict[str, State] = {
    state.name: state
    for state in (
        State("success", "M3.6 8.4l3 3.1 5.8-7", 1),
        State("failed", "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6", 14),
        State("skipped", "M3.6 4l4 4-4 4M8.4 4l4 4-4 4", 3),
        State("upstream_failed", "M3.5 3.2h9M8 13V6.2M5 9.2l3-3 3 3", 12),
        State("up_for_retry", _RETRY, 11),
        State("up_for_reschedule", _CLOCK, 10),
        State("deferred", "M6 4v8M10 4v8", 9),
        State("awaiting_input", _PERSON, 8),
        State("running", "M5.6 3.6l6.2 4.4-6.2 4.4z", 7),
        State("restarting", _RETRY, 6),
        State("queued", "M4 8h.01M8 8h.01M12 8h.01", 5),
        State("scheduled", _CLOCK, 4),
        State("removed", "M4 8h8", 2),
        State("none", "M8 5.4a2.6 2.6 0 1 0 .01 0", 0),
    )
}


def of(name: str | None) -> State:
    """Return the state called ``name``; ``None`` and the empty name mean ``none``.

    Raises:
        ValueError: Airflow has no such state; the drawing would lie.
    """
    state = STATES.get(name or "none")
    if state is None:
        raise ValueError(f"unknown state {name!r} — one of {', '.join(STATES)}")
    return state


def combined(names: Iterable[str | None]) -> State:
    """Return the state that stands for several instances: the one to worry about."""
    found = [of(name) for name in names]
    return max(found, key=lambda state: state.weight) if found else STATES["none"]


def stylesheet() -> str:
    """Return the CSS that gives each state's class its icon, as ``--icon``."""
    icons = [(state.css, quote(_DRAWN.icon(state.icon))) for state in STATES.values()]
    return _DRAWN.stylesheet(icons)


@templates.filters
@lru_cache(maxsize=256)
def pill(name: str | None, text: str | None = None) -> Markup:
    """Return the state as a small label: its word, and its icon by the stylesheet.

    Args:
        name: the state.
        text: other words than the state's name; escaped unless they are ``Markup``.
    """
    state = of(name)
    return _DRAWN.pill(state.css, text or state.name)
