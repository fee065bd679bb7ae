"""Finds the fenced blocks of a Markdown text, as pymdownx.superfences reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LINE = re.compile(r"^(?P<indent>[>\s]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>.*?)\s*$")
_LANGUAGE = re.compile(r"\{?\s*\.?([\w+-]*)")


NOT_CLOSED = (
    "a fence that is not closed",
    "close it with the same marks, all of it as far in as its first line",
)
"""What is wrong with such a fence, and what to do."""


@dataclass(frozen=True)
class Fenced:
    """A fenced block.

    Args:
        line: the line of the opening mark, counted from 1.
        end: the line of the closing mark; the text's last line where there is none.
        indent: what stands before the opening mark.
        mark: the marks that open it.
        info: what follows them.
        body: the lines between, as written.
        closed: whether it has a closing mark.
    """

    line: int
    end: int
    indent: str
    mark: str
    info: str
    body: tuple[str, ...]
    closed: bool

    @property
    def language(self) -> str:
        """The first word of ``info`` in small letters, without braces and dot."""
        found = _LANGUAGE.match(self.info)
        return found[1].lower() if found else ""


def blocks(lines: Sequence[str], first: int = 1) -> list[Fenced]:
    """Return the fenced blocks of a text in order; a block has none inside.

    Args:
        lines: the text.
        first: the number of its first line.
    """
    found: list[Fenced] = []
    opened: tuple[int, re.Match[str]] | None = None

    def close(end: int, closed: bool) -> None:
        assert opened
        start, match = opened
        body = tuple(lines[start + 1 : end if closed else end + 1])
        place = (start + first, end + first)
        found.append(
            Fenced(*place, match["indent"], match["mark"], match["info"], body, closed)
        )

    for number, line in enumerate(lines):
        match = _LINE.match(line)
        if opened is None:
            opened = (number, match) if match else None
            continue
        within = opened[1]["indent"].rstrip(" \t")
        if match and not match["info"] and match["mark"] == opened[1]["mark"]:
            close(number, closed=True)
            opened = None
        elif not line.startswith(within) and line.strip():
            # Markdown gives such a fence up: the quote has ended before it.
            close(number - 1, closed=False)
            opened = (number, match) if match else None
    if opened is not None:
        close(len(lines) - 1, closed=False)
    return found


def inside(lines: Sequence[str], first: int = 1) -> set[int]:
    """Return the numbers of the lines that belong to fenced blocks, marks included."""
    return {
        number
        for block in blocks(lines, first)
        for number in range(block.line, block.end + 1)
    }
