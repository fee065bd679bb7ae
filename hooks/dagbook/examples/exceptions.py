"""Exceptions from the budgets of an example: ``tests/exceptions.yml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dagbook import files
from dagbook.problems import DagbookError, Problem
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
    return parse(files.text(path), project.relative(path))


def parse(text: str, path: str) -> Exceptions:
    """Read the text of the file; ``path`` is how messages name it."""
    try:
        data = files.yaml_data(text, path) or {}
    except DagbookError as error:
        return Exceptions(path, faults=tuple(error.problems))
    faults: list[Problem] = []
    entries: list[Entry] = []
    lines = list(enumerate(text.splitlines(), 1))
    if not isinstance(data, dict) or not set(data) <= {"exceptions", GROUP}:
        remedy = f"write the keys exceptions and {GROUP}"
        faults.append(Problem(path, 0, "other keys than it has", remedy))
        data = {}
    for key in [key for key, rows in data.items() if not isinstance(rows or [], list)]:
        line = next((n for n, one in lines if one.startswith(key)), 0)
        what = f"{key} is no list: {data.pop(key)!r}"
        faults.append(Problem(path, line, what, f"write {key}: [] with entries"))
    for row in data.get("exceptions") or []:
        if isinstance(row, dict) and set(row) == {"id", "budget", "reason"}:
            item, budget = str(row["id"]), str(row["budget"])
            line = next((n for n, one in lines if item in one and budget in one), 0)
            entries.append(Entry(item, budget, str(row["reason"]), line))
        else:
            what = f"an entry that cannot be read: {row!r}"
            faults.append(Problem(path, 0, what, _ENTRY))
    begin = next((n for n, one in lines if f"{GROUP}:" in one), 0)
    waiting = [
        (str(row), next((n for n, t in lines[begin:] if str(row) in t.split()), 0))
        for row in data.get(GROUP) or []
    ]
    return Exceptions(path, tuple(entries), tuple(waiting), tuple(faults))


_ENTRY = "write - {id: 16.5.2, budget: dags, reason: three shapes compared}"
