"""The registry of all rules: what each is about, what it refuses, and its budget.

A rule is a function with the decorator ``rule`` in a module of this package. Nothing
else names it: ``dagbook check`` applies it, and the contributors' page lists it by the
first line of its docstring.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from dagbook import templates
from dagbook.problems import Problem

PAGE = "contributing/rules.md"
"""The generated page, below ``docs``."""

SUBJECTS = {
    "example": "An example",
    "recording": "A recording, of `dag.test()` or of a real scheduler",
    "dag": "A DAG file",
    "page": "The page of an example",
    "new page": "The page of an example, answer first",
    "old page": "The page of an example that is not yet rewritten",
    "text": "A published text",
    "tree": "The tree as a whole",
    "landing": "Landing a change",
}
"""What a rule can be about: the words of the page by the rule's word."""

Finds = Callable[..., Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """A rule of the check.

    Args:
        over: what it is about, a key of ``SUBJECTS``.
        find: called with the subject and the ``Tree``; yields what is wrong.
        budget: its name in ``tests/exceptions.yml``; empty where none is excused. An
            example that is not yet rewritten has no budgets.
        spare: it keeps silent about a line of which another rule has spoken.
    """

    over: str
    find: Finds
    budget: str = ""
    spare: bool = False

    @property
    def says(self) -> str:
        """What it refuses, in one sentence."""
        return (self.find.__doc__ or "").partition("\n")[0].replace("``", "`")


_FOUND: list[Rule] = []


def rule(over: str, budget: str = "", spare: bool = False) -> Callable[[Finds], Finds]:
    """Register the decorated function as a rule; the arguments as in ``Rule``."""
    if over not in SUBJECTS:
        raise ValueError(f"a rule over {over!r} — write one of {', '.join(SUBJECTS)}")

    def register(find: Finds) -> Finds:
        _FOUND.append(Rule(over, find, budget, spare))
        return find

    return register


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of all modules of this package, those that are spare last."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
        import_module(module.name)
    return tuple(sorted(_FOUND, key=lambda one: one.spare))


def over(subject: str) -> list[Rule]:
    """Return the rules about ``subject``, a key of ``SUBJECTS``."""
    return [one for one in rules() if one.over == subject]


def budgets() -> set[str]:
    """Return the names of all budgets."""
    return {one.budget for one in rules() if one.budget}


def page() -> str:
    """Return the contributors' page that lists every rule, as Markdown."""
    groups: dict[str, Any] = {words: over(word) for word, words in SUBJECTS.items()}
    return templates.fill("checks", "rules.md.jinja", groups=groups)
