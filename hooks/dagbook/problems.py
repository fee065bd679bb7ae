"""One way to say what is wrong: where, what, what to do, and who refers to it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import NamedTemporaryFile


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


def choice(word: str, known: Iterable[str]) -> str:
    """Return a remedy for a word that is not known: the nearest one, and all."""
    names = list(known)
    lower = {name.lower(): name for name in names}
    near = get_close_matches(word.lower(), lower, 1)
    said = f"write {lower[near[0]]}; " if near else ""
    return f"{said}known: {', '.join(names) or 'none'}"


def unexpected(error: BaseException, file: str) -> Problem:
    """Return what to say of an error that nobody foresaw; its trace goes into a file.

    Args:
        error: with its trace.
        file: what was opened last, relative to the root.
    """
    if isinstance(error, OSError) and error.filename:
        place = relative(Path(os.fsdecode(error.filename)), Path.cwd())
        what = f"cannot be read or written: {(error.strerror or str(error)).lower()}"
        return Problem(place, 0, what, "mend that, such as with chown, and try again")
    try:
        with NamedTemporaryFile("w", prefix="dagbook-", delete=False) as trace:
            traceback.print_exception(error, file=trace)
        where = f"with {trace.name}"
    except OSError:
        where = "with " + " | ".join(traceback.format_exception(error)[-2:])
    what = f"nobody foresaw this: {type(error).__name__}: {error}"
    remedy = f"look whether this file is as it should be; else report it {where}"
    return Problem(file or "dagbook", 0, what, remedy)


def relative(path: Path, root: Path) -> str:
    """Return ``path`` as it is written in messages: relative to ``root``."""
    if path.is_relative_to(root) and ".." not in path.parts:
        return path.relative_to(root).as_posix()
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.name
