"""Exceptions from the budgets of an example: ``tests/exceptions.yml``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dagbook import files
from dagbook.pages.model import LOADER
from dagbook.problems import Problem
from dagbook.project import Project

MOST = 15
"""Exceptions at the same time, examples that are not yet rewritten not among them."""

GROUP = "not_yet_rewritten"


@dataclass(frozen=True)
class Entry:
    """An example that may exceed a budget, why, and the line that says so."""

    id: str
    budget: str
    reason: str
    line: int


@dataclass(frozen=True)
class Exceptions:
    """The entries, the ids not yet rewritten with their lines, and what is wrong."""

    path: str
    entries: tuple[Entry, ...] = ()
    waiting: tuple[tuple[str, int], ...] = ()
    faults: tuple[Problem, ...] = ()

    def waits(self, item_id: str) -> bool:
        """Tell whether an example is in the old form, which has no budgets."""
        return any(item_id == known for known, _ in self.waiting)

    def excuses(self, item_id: str, budget: str) -> bool:
        """Tell whether an example may exceed a budget."""
        return any((one.id, one.budget) == (item_id, budget) for one in self.entries)


def file(project: Project) -> Path:
    """Return the file that holds the exceptions."""
    return project.tests / "exceptions.yml"


def load(project: Project) -> Exceptions:
    """Return the exceptions of a project; none where there is no file."""
    path = file(project)
    if not path.is_file():
        return Exceptions(project.relative(path))
    return parse(files.text(path, errors="replace"), project.relative(path))


def parse(text: str, path: str) -> Exceptions:
    """Read the text of the file; ``path`` is how messages name it."""
    try:
        data = yaml.load(text, LOADER) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        problem = Problem(path, line, "not YAML", "take the file from git")
        return Exceptions(path, faults=(problem,))
    reader = _Reader(text.splitlines(), path)
    if not isinstance(data, dict) or not set(data) <= {"exceptions", GROUP}:
        remedy = f"write the keys exceptions and {GROUP}"
        reader.wrong("", "other keys than it has", remedy)
        data = {}
    entries = tuple(reader.entries(data.get("exceptions") or []))
    waiting = tuple(reader.waiting(data.get(GROUP) or []))
    return Exceptions(path, entries, waiting, tuple(reader.faults))


class _Reader:
    def __init__(self, lines: list[str], path: str) -> None:
        self.lines, self.path = lines, path
        self.faults: list[Problem] = []

    def wrong(self, words: str, what: str, remedy: str) -> None:
        self.faults.append(Problem(self.path, self._line(words), what, remedy))

    def _line(self, *words: str) -> int:
        """Return the first line with all ``words``, 0 for none."""
        found = (
            n for n, row in enumerate(self.lines, 1) if all(w in row for w in words)
        )
        return next(found, 0) if all(words) else 0

    def entries(self, rows: list[Any]) -> Iterator[Entry]:
        for row in rows:
            if isinstance(row, dict) and set(row) == {"id", "budget", "reason"}:
                item, budget, reason = (str(row[k]) for k in ("id", "budget", "reason"))
                yield Entry(item, budget, reason, self._line(item, budget))
            else:
                self.wrong("", f"an entry that cannot be read: {row!r}", _ENTRY)

    def waiting(self, rows: list[Any]) -> Iterator[tuple[str, int]]:
        begin = self._line(f"{GROUP}:")
        for row in rows:
            lines = enumerate(self.lines[begin:], begin + 1)
            yield (
                str(row),
                next((n for n, text in lines if str(row) in text.split()), 0),
            )


_ENTRY = "write - {id: 16.5.2, budget: dags, reason: three shapes compared}"
