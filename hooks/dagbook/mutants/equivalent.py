"""Survivors that no test can kill, because the change makes no difference.

They are listed in ``tests/mutants_equivalent.yml`` with a reason each. A mark names the
changed line by its text, so it dies when the line changes.
"""

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
    """One survivor that counts as equivalent.

    Args:
        example: the file's stem.
        before: the line as it is, white space folded.
        after: the changed line, white space folded.
        reason: why no test can tell the two apart.
    """

    example: str
    before: str
    after: str
    reason: str

    def fits(self, stem: str, one: Mutant) -> bool:
        """Tell whether this mark is about the mutant ``one`` of ``stem``."""
        return (self.example, self.before, self.after) == (
            stem,
            one.before,
            one.after,
        )


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
            what = f"entry {number} is not a mark"
            problems.append(
                Problem(place, 0, what, f"give it exactly {', '.join(sorted(KEYS))}")
            )
            continue
        folded = {k: " ".join(str(v).split()) for k, v in row.items()}
        marks.append(Mark(**folded))
    if problems:
        raise DagbookError(problems)
    return marks
