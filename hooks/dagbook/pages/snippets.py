"""Named sections of a file, marked as pymdownx.snippets reads them.

    # --8<-- [start:name]
    …
    # --8<-- [end:name]

The site's own extension cuts the sections out; this module answers, without building
the site, which sections a file has and whether the marks are in order.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dagbook import files
from dagbook.problems import DagbookError, Problem, relative
from dagbook.project import Project

_MARK = re.compile(
    r"(?<![;-])-+8<-+[ \t]+\[[ \t]*(start|end)[ \t]*:[ \t]*([^\]\s]*)[ \t]*\]", re.I
)
_NAME = re.compile(r"[a-z][-_0-9a-z]*\Z", re.I)
_BROKEN = re.compile(r"-+8<-+[ \t]*\[?[ \t]*(?:start|end)\b", re.I)


@dataclass(frozen=True)
class Snippet:
    """A named section of a file.

    Args:
        name: as in the marks.
        start: the line of the start mark, counted from 1.
        end: the line of the end mark.
        text: the lines between, without inner marks, dedented, with a final newline.
    """

    name: str
    start: int
    end: int
    text: str


def read(text: str, path: str) -> tuple[list[Snippet], list[Problem]]:
    """Return the sections of ``text`` in the order of their starts, and what is wrong.

    Args:
        text: the whole file.
        path: how messages name it, relative to the root.
    """
    lines = text.splitlines()
    snippets: list[Snippet] = []
    problems: list[Problem] = []
    opened: list[tuple[str, int]] = []
    known: dict[str, int] = {}

    def wrong(line: int, what: str, remedy: str) -> None:
        problems.append(Problem(path, line, what, remedy))

    for number, line in enumerate(lines, start=1):
        mark = _MARK.search(line)
        if not mark:
            if _BROKEN.search(line) and ";-" not in line:
                what = "a section mark that cannot be read"
                wrong(number, what, "write: # --8<-- [start:name]")
            continue
        kind, name = mark.group(1).lower(), mark.group(2)
        if not _NAME.match(name):
            what = f"section name “{name}”"
            wrong(number, what, "use letters, digits, - and _, beginning with a letter")
        elif kind == "start":
            if name in known:
                what = f"section “{name}” begins twice, first in line {known[name]}"
                wrong(number, what, "give each section of a file its own name")
            known.setdefault(name, number)
            opened.append((name, number))
        elif not any(name == other for other, _ in opened):
            what = f"section “{name}” ends but does not begin"
            wrong(number, what, f"add the mark [start:{name}] above")
        else:
            if opened[-1][0] != name:
                what = f"section “{name}” ends inside section “{opened[-1][0]}”"
                wrong(number, what, "end the inner section first")
            at = max(i for i, (other, _) in enumerate(opened) if other == name)
            _, start = opened.pop(at)
            snippets.append(Snippet(name, start, number, _cut(lines, start, number)))
    for name, start in opened:
        what = f"section “{name}” has no end"
        wrong(start, what, f"add the mark [end:{name}] below")
    return sorted(snippets, key=lambda s: s.start), sorted(problems)


def unmarked(text: str) -> str:
    """Return ``text`` as a reader sees it: without the lines that mark sections."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not _MARK.search(line))


def of_file(project: Project, path: Path) -> dict[str, Snippet]:
    """Return the sections of a file by name.

    Raises:
        DagbookError: the file is missing or not UTF-8, or its marks are out of order.
    """
    name = relative(path, project.root)
    snippets, problems = _cached(files.text(path), name)
    if problems:
        raise DagbookError(problems)
    return {snippet.name: snippet for snippet in snippets}


_cached = lru_cache(maxsize=1024)(read)


def _cut(lines: list[str], start: int, end: int) -> str:
    inner = [line for line in lines[start : end - 1] if not _MARK.search(line)]
    return textwrap.dedent("\n".join(inner)) + "\n"
