"""The words that a run fence knows behind ``show:``: each is one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dagbook.problems import choice

Scenario = Mapping[str, Any]
Draw = Callable[..., Markup]


@dataclass(frozen=True)
class Option:
    """One word of ``show:``.

    Args:
        word: as an author writes it, such as ``states`` or ``log:task``.
        about: what it shows, one sentence.
        draw: returns the HTML; called with the scenario and what stands behind the
            colon, if anything does.
    """

    word: str
    about: str
    draw: Draw


class Options(dict[str, Option]):
    """All words for one kind of recording, by what stands before the colon."""

    def option(self, word: str) -> Callable[[Draw], Draw]:
        """Make a function an option; its docstring says what it shows."""

        def keep(draw: Draw) -> Draw:
            about = " ".join((draw.__doc__ or "").split())
            self[word.partition(":")[0]] = Option(word, about, draw)
            return draw

        return keep

    def draw(self, scenario: Scenario, word: str) -> Markup:
        """Return what one word shows.

        Raises:
            ValueError: there is no such word, or the recording has nothing to show.
        """
        kind, colon, name = word.partition(":")
        option = self.get(kind)
        if option is None or (":" in option.word) != bool(name):
            known = choice(word, (option.word for option in self.values()))
            raise ValueError(f"cannot show {word!r} — {known}")
        return option.draw(scenario, name) if colon else option.draw(scenario)


def some(scenario: Scenario, key: str, nothing: str) -> Any:
    """Return what a scenario holds under ``key``.

    Raises:
        ValueError: it holds nothing there; a page must not show an empty place.
    """
    found = scenario.get(key)
    if not found:
        raise ValueError(nothing)
    return found


def value(scenario: Scenario, name: str) -> Any:
    """Return a value that the test has kept.

    Raises:
        ValueError: it kept none of this name.
    """
    values = scenario.get("values") or {}
    if name not in values:
        known = ", ".join(values) or "none"
        raise ValueError(f"the test kept no value {name!r} — it kept {known}")
    return values[name]
