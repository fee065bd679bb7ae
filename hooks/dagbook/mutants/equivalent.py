"""Survivors that no test can kill, listed in ``tests/mutants_equivalent.yml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dagbook import files
from dagbook.mutants.mutant import Mutant
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project

KEYS = {"example", "before", "after", "reason"}


@dataclass(frozen=True)
class Mark:
    """One such survivor: the changed line before and after, white space folded."""

    example: str
    before: str
    after: str
    reason: str

    def fits(self, stem: str, one: Mutant) -> bool:
        """Tell whether this mark is about the mutant ``one`` of ``stem``."""
        mine = (self.example, self.before, self.after)
        return mine == (stem, one.before, one.after)


def path(project: Project) -> Path:
    """Return where the marks are kept."""
    return project.tests / "mutants_equivalent.yml"


def load(project: Project) -> list[Mark]:
    """Read the marks.

    Raises:
        DagbookError: an entry lacks a key, has one too many, or gives no reason.
    """
    file = path(project)
    if not file.exists():
        return []
    place = project.relative(file)
    rows = files.yaml_data(files.text(file), place) or []
    marks, problems = [], []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or set(row) != KEYS or not row["reason"]:
            remedy = f"give it exactly {', '.join(sorted(KEYS))}"
            what = f"entry {number} is not a mark"
            problems.append(Problem(place, 0, what, remedy))
            continue
        folded = {k: " ".join(str(v).split()) for k, v in row.items()}
        marks.append(Mark(**folded))
    if problems:
        raise DagbookError(problems)
    return marks
