"""Reads the Markdown of a page: sections, fences, snippets, references, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dagbook import files
from dagbook.pages import fenced
from dagbook.pages.model import FENCES, Fence, Reference, Section, SnippetRef
from dagbook.problems import DagbookError, Problem

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{[^}]*\})?\s*#*$")
_SNIPPET = re.compile(r"^\s*-+8<-+[ \t]+(['\"])(?P<ref>.+?)\1\s*$")
_SNIPPET_BLOCK = re.compile(r"^\s*-+8<-+\s*$")
_SECTION_NAME = re.compile(r"[a-z][-_0-9a-z]*\Z", re.I)
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^)\s>]+)[^)]*\)")
_REFERENCE = re.compile(r"(?<!\\)\[(\d+\.\d+\.\d+)\](?![(\[:])")
_CODE = re.compile(r"(`+).+?\1")
_ITEM = re.compile(r"(?:[-*+]|\d+\.)\s")
_WORD = re.compile(r"[^\W_][\w'’.:/-]*")


@dataclass
class _Draft:
    title: str
    line: int
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    words: int = 0
    snippets: list[SnippetRef] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    items: list[tuple[int, int]] = field(default_factory=list)

    def done(self) -> Section:
        return Section(
            title=self.title,
            line=self.line,
            text="\n".join(self.lines).strip("\n"),
            words=self.words,
            snippets=tuple(self.snippets),
            fences=tuple(self.fences),
            references=tuple(self.references),
            heading=self.heading,
            items=tuple(self.items),
        )


def parse(
    lines: list[str], path: str, skip: int = 0
) -> tuple[Section, list[Section], list[Problem]]:
    """Read the Markdown of a page.

    Args:
        lines: the whole page.
        path: how messages name it.
        skip: how many lines the front matter takes.

    Returns:
        The lead, the ``##`` sections and what is wrong.
    """
    reader = _Reader(path, skip + 1)
    reader.read(lines[skip:])
    return reader.done[0], reader.done[1:], reader.problems


class _Reader:
    def __init__(self, path: str, first: int) -> None:
        self.path, self.first = path, first
        self.problems: list[Problem] = []
        self.done: list[Section] = []
        self.now = _Draft("", first)

    def read(self, lines: list[str]) -> None:
        blocks = {block.line: block for block in fenced.blocks(lines, self.first)}
        until, comment = 0, False
        for number, line in enumerate(lines, self.first):
            snippet = self._snippet(number, line)
            if block := blocks.get(number):
                until = block.end
                self._fence(block)
            elif number <= until:
                pass
            elif comment or line.lstrip().startswith("<!--"):
                comment = "-->" not in line
            elif heading := _HEADING.match(line):
                self._heading(number, heading)
                if len(heading.group(1)) == 2:
                    continue
            elif not snippet:
                self._prose(number, line)
            self.now.lines.append(line)
        self.done.append(self.now.done())

    def _wrong(self, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, line, what, remedy))

    def _heading(self, number: int, heading: re.Match[str]) -> None:
        marks, title = heading.groups()
        if len(marks) == 1:
            what = f"a heading of the first level: {title}"
            self._wrong(number, what, "the title stands in the front matter; use ##")
        if len(marks) == 2:
            if title in (self.now.title, *(section.title for section in self.done)):
                what = f"two sections “{title}”"
                self._wrong(number, what, "give each section its own heading")
            self.done.append(self.now.done())
            self.now = _Draft(title, number, heading.group()[2:].strip())

    def _prose(self, number: int, line: str) -> None:
        bare = _CODE.sub(lambda m: " " * len(m.group()), line)
        for found in _REFERENCE.finditer(bare):
            self.now.references.append(Reference(found[1], number))
        if not line.lstrip().startswith("|"):
            text = re.sub(r"<[^>]+>", " ", _LINK.sub(r"\1", line))
            words = len(_WORD.findall(text))
            self.now.words += words
            self._item(number, line, words)

    def _item(self, number: int, line: str, words: int) -> None:
        if _ITEM.match(line):
            self.now.items.append((number, words))
        elif self.now.items and line.startswith(" "):
            begun, before = self.now.items[-1]
            self.now.items[-1] = (begun, before + words)

    def _fence(self, block: fenced.Fenced) -> None:
        if not block.closed:
            self._wrong(block.line, *fenced.NOT_CLOSED)
            return
        body = "\n".join(line.removeprefix(block.indent) for line in block.body)
        options: dict[str, Any] = {}
        if block.language in FENCES:
            options = self._options(block, body)
            self.now.snippets += self._diff_refs(block, options)
        self.now.fences.append(Fence(block.language, body, block.line, options))

    def _options(self, block: fenced.Fenced, body: str) -> dict[str, Any]:
        about = f"the {block.language} fence"
        try:
            options = files.yaml_data(body, self.path, block.line + 1, about) or {}
        except DagbookError as error:
            self.problems += error.problems
            return {}
        if not isinstance(options, dict):
            what = f"the body of the {block.language} fence is not key: value"
            self._wrong(block.line + 1, what, "write key: value lines")
            return {}
        return options

    def _diff_refs(
        self, block: fenced.Fenced, options: dict[str, Any]
    ) -> Iterator[SnippetRef]:
        for key in ("before", "after") if block.language == "diff" else ():
            if isinstance(ref := options.get(key), str):
                path, _, section = ref.partition(":")
                yield SnippetRef(path, section, block.line)

    def _snippet(self, number: int, line: str) -> bool:
        """Note the snippet that ``line`` asks for and tell whether it asks for one."""
        if _SNIPPET_BLOCK.match(line):
            what = "a snippet block"
            self._wrong(number, what, 'write one line each: --8<-- "path:section"')
            return True
        found = _SNIPPET.match(line)
        if not found:
            return False
        path, colon, section = found["ref"].partition(":")
        if colon and not _SECTION_NAME.match(section):
            what = f"snippet “{found['ref']}” does not name a section"
            remedy = "line numbers rot; mark a section in the file and name it"
            self._wrong(number, what, remedy)
        elif path.startswith("/") or ".." in path.split("/"):
            what = f"snippet path “{path}” leaves the repository"
            self._wrong(number, what, "write it relative to the root")
        else:
            self.now.snippets.append(SnippetRef(path, section, number))
        return True
