"""A concept page as its claims: what each sentence states, and which test proves it.

Markers are HTML comments in the page's source, so that the page stays plain Markdown:

- ``<!-- claim: id -->`` ends a sentence that the test named ``id`` proves;
- ``<!-- again: id -->`` ends a sentence that repeats a claim stated elsewhere;
- ``<!-- no claim -->`` ends a sentence that says nothing about Airflow;
- ``<!-- table: name -->`` and ``<!-- diagram: name -->`` are places of generated parts;
- ``<!-- examples: 16.1.1, 16.1.2 -->`` names the examples that show the section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from dagbook import files
from dagbook.pages import fenced
from dagbook.problems import Problem
from dagbook.project import Project

MARKER = re.compile(
    r"[ \t]*<!--\s*(claim|again|no claim|table|diagram|examples)\s*(?::\s*(.*?))?\s*-->"
)
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LINK_TO_EXAMPLE = re.compile(r"\]\(\.\./(?:16|62|100)_\w+/[^)]*\)")

_HEADING = re.compile(r"(#{1,6})\s+(.+?)(?:\s*\{\s*#([\w-]+)[^}]*\})?\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+")
_RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*$")
_HTML = re.compile(r"\s*</?(?:div|figure|details|summary)\b[^>]*>\s*$")
_TITLE = re.compile(r"\s*(?:!!!|\?\?\?\+?)\s")
_WORD = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True)
class Stated:
    """One claim, or one repetition of it, where a page states it.

    ``id`` names the test, ``text`` is its Markdown, ``section`` an anchor or "".
    """

    id: str
    text: str
    path: str
    line: int
    section: str


@dataclass(frozen=True)
class Shown:
    """A section of a concept page and the examples that show it."""

    path: str
    line: int
    anchor: str
    title: str
    items: tuple[str, ...]


@dataclass
class ConceptPage:
    """What the claims machinery knows of a page: all that its markers say."""

    path: str
    title: str = ""
    stated: list[Stated] = field(default_factory=list)
    repeated: list[Stated] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    diagrams: dict[str, int] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)


def pages(project: Project) -> list[ConceptPage]:
    """Read every concept page of the project, in the order of their names."""
    return [read(path, project) for path in project.pages("concepts")]


def read(path: Path, project: Project) -> ConceptPage:
    """Read one concept page."""
    return parse(files.text(path), project.relative(path))


@lru_cache(maxsize=64)
def parse(text: str, path: str) -> ConceptPage:
    """Return the claims of a Markdown page; the same text is read once."""
    page = ConceptPage(path)
    section, title = "", ""
    for block in blocks(text):
        if block.kind == "heading":
            match = _HEADING.match(block.text)
            assert match is not None  # the block was found by the same pattern
            if len(match[1]) == 1:
                page.title = page.title or match[2]
            else:
                section, title = match[3] or "", match[2]
                if not section:
                    what = f"the section “{match[2]}” has no anchor of its own"
                    remedy = "write ## Title { #anchor }, so that links to it last"
                    page.faults.append(Problem(path, block.line, what, remedy))
            continue
        _block(page, block, section, title)
    return page


@dataclass(frozen=True)
class Block:
    """A ``heading``, paragraph (``text``), list ``item`` or table ``row``."""

    kind: str
    line: int
    text: str


def blocks(text: str) -> Iterator[Block]:
    """Yield what a page states piece by piece; fences and plain tags are left out."""
    kind, start, held = "", 0, [""]
    lines = text.splitlines()
    front, code = bool(lines) and lines[0] == "---", fenced.inside(lines)
    for number, line in enumerate([*lines, ""], 1):
        if front:
            front = number == 1 or line != "---"
            continue
        rest = number in code or _HTML.match(line) or _TITLE.match(line)
        new = _kind(line, kind)
        if rest or not line.strip() or new != kind or new in ("heading", "row"):
            if kind:
                yield Block(kind, start, "\n".join(held))
            kind = ""
        elif _ITEM.match(line):
            yield Block(kind, start, "\n".join(held))
            kind = ""
        if rest or not line.strip():
            continue
        if kind:
            held.append(line)
        elif not (new == "row" and _header(lines, number)):
            kind, start, held = new, number, [line]


def _kind(line: str, current: str) -> str:
    if _HEADING.match(line):
        return "heading"
    if line.lstrip().startswith("|"):
        return "row"
    if _ITEM.match(line):
        return "item"
    return current if current in ("text", "item") else "text"


def _header(lines: list[str], number: int) -> bool:
    """Tell whether a line of a table is its head or the rule below it."""
    following = lines[number] if number < len(lines) else ""
    rule = "-" in following and bool(_RULE.match(following))
    own = "-" in lines[number - 1] and bool(_RULE.match(lines[number - 1]))
    return own or (rule and following.lstrip().startswith("|"))


def _block(page: ConceptPage, block: Block, section: str, title: str) -> None:
    row = block.kind == "row"
    position, proven = 0, False
    for match in MARKER.finditer(block.text):
        line = block.line + block.text.count("\n", 0, match.start(1))
        kind, argument = match[1], (match[2] or "").strip()
        words = _words(block.text if row else block.text[position : match.start()])
        position = match.end()
        if kind == "no claim" or _place(page, kind, argument, line, section, title):
            proven = True
            continue
        for claim in (name.strip() for name in argument.split(",")):
            if not ID.fullmatch(claim):
                what, remedy = f"“{claim}” is no name of a claim", "write words-like-so"
                page.faults.append(Problem(page.path, line, what, remedy))
                continue
            if not words:
                what, remedy = f"nothing is claimed before “{claim}”", "move the marker"
                page.faults.append(Problem(page.path, line, what, remedy))
            proven = True
            found = Stated(claim, words, page.path, line, section)
            (page.stated if kind == "claim" else page.repeated).append(found)
    rest = _words(block.text[position:])
    if not section or (row and proven) or not _WORD.search(rest):
        return
    if rest.endswith(":") or LINK_TO_EXAMPLE.search(rest):
        return
    what = f"“{_short(rest)}” names no test that proves it"
    remedy = "end it with <!-- claim: name --> and write the test, or <!-- no claim -->"
    page.faults.append(Problem(page.path, block.line, what, remedy))


def _place(
    page: ConceptPage, kind: str, argument: str, line: int, section: str, title: str
) -> bool:
    """Note the place of a generated part; tell whether the marker was one."""
    if kind in ("table", "diagram"):
        (page.tables if kind == "table" else page.diagrams)[argument] = line
        return True
    if kind == "examples":
        items = tuple(part.strip() for part in argument.split(",") if part.strip())
        page.shown.append(Shown(page.path, line, section, title, items))
        return True
    return False


def _words(source: str) -> str:
    """Return a piece of a page as one line: no markers, no bullet, no cell borders."""
    bare = MARKER.sub("", source)
    bare = re.sub(r"^\s*(?:[-*+]|\d+\.)\s+", "", bare)
    if bare.lstrip().startswith("|"):
        cells = (cell.strip() for cell in re.split(r"(?<!\\)\|", bare.strip(" \t|")))
        bare = " · ".join(cell for cell in cells if cell)
    return " ".join(bare.split())


def _short(words: str, limit: int = 60) -> str:
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
