"""One way to say what is wrong: where, what, what to do, and who refers to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """Something that stops the build, tied to a place a person can open.

    Args:
        path: file relative to the project root, with forward slashes.
        line: line number, counted from 1; 0 when the file as a whole is meant.
        what: what is wrong, one sentence without a final full stop, like ``remedy``.
        page: the page that refers to the place, if it is another file.
    """

    path: str
    line: int
    what: str
    remedy: str = ""
    page: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        remedy = f" — {self.remedy}" if self.remedy else ""
        page = f" (shown on {self.page})" if self.page else ""
        return f"{place}: {self.what}{remedy}{page}"


class DagbookError(Exception):
    """One or more problems that stop the work at hand, one line for each."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: list[Problem] = (
            [problems] if isinstance(problems, Problem) else sorted(problems)
        )
        super().__init__("\n".join(str(p) for p in self.problems))


def relative(path: Path, root: Path) -> str:
    """Return ``path`` as it is written in messages: relative to ``root``."""
    if path.is_relative_to(root) and ".." not in path.parts:
        return path.relative_to(root).as_posix()
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.name
