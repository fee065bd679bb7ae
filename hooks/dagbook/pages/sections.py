"""Reads the Markdown of a page: sections, fences, snippets, links, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from dagbook.pages.model import FENCES, LOADER, Fence, Link, Section, SnippetRef
from dagbook.problems import Problem

_OPEN = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{[^}]*\})?\s*#*$")
_SNIPPET = re.compile(r"^\s*-+8<-+[ \t]+(['\"])(?P<ref>.+?)\1\s*$")
_SNIPPET_BLOCK = re.compile(r"^\s*-+8<-+\s*$")
_SECTION_NAME = re.compile(r"[a-z][-_0-9a-z]*\Z", re.I)
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^)\s>]+)[^)]*\)")
_AUTOLINK = re.compile(r"<(https?://[^>\s]+)>")
_CODE = re.compile(r"(`+).+?\1")
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
    links: list[Link] = field(default_factory=list)

    def done(self) -> Section:
        return Section(
            title=self.title,
            line=self.line,
            text="\n".join(self.lines).strip("\n"),
            words=self.words,
            snippets=tuple(self.snippets),
            fences=tuple(self.fences),
            links=tuple(self.links),
            heading=self.heading,
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
    for number, line in enumerate(lines[skip:], start=skip + 1):
        reader.take(number, line)
    return reader.finish()


class _Reader:
    def __init__(self, path: str, first: int) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.done: list[Section] = []
        self.now = _Draft("", first)
        self.fence: re.Match[str] | None = None
        self.fence_line = 0
        self.body: list[str] = []
        self.comment = False

    def take(self, number: int, line: str) -> None:
        snippet = self._snippet(number, line)
        if self.fence:
            self._inside(number, line)
        elif self.comment or line.lstrip().startswith("<!--"):
            self.comment = "-->" not in line
        elif opened := _OPEN.match(line):
            self.fence, self.fence_line, self.body = opened, number, []
        elif heading := _HEADING.match(line):
            self._heading(number, heading)
            if len(heading.group(1)) == 2:
                return
        elif not snippet:
            self._prose(number, line)
        self.now.lines.append(line)

    def finish(self) -> tuple[Section, list[Section], list[Problem]]:
        if self.fence:
            what = "a fence that is not closed"
            self._wrong(self.fence_line, what, "close it with the same marks")
        self.done.append(self.now.done())
        return self.done[0], self.done[1:], self.problems

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
        for found in _LINK.finditer(bare):
            words = line[found.start(1) : found.end(1)]
            self.now.links.append(Link(words, found.group(2), number))
        for found in _AUTOLINK.finditer(bare):
            self.now.links.append(Link(found.group(1), found.group(1), number))
        if not line.lstrip().startswith("|"):
            text = re.sub(r"<[^>]+>", " ", _LINK.sub(r"\1", line))
            self.now.words += len(_WORD.findall(text))

    def _inside(self, number: int, line: str) -> None:
        assert self.fence
        mark = self.fence["fence"]
        if not re.fullmatch(rf"\s*{re.escape(mark[0])}{{{len(mark)},}}\s*", line):
            self.body.append(line.removeprefix(self.fence["indent"]))
            return
        info = self.fence["info"].strip()
        word = re.match(r"\{?\s*\.?([\w+-]*)", info)
        language = (word.group(1) if word else "").lower()
        body = "\n".join(self.body)
        options: dict[str, Any] = {}
        if language in FENCES:
            options = self._options(language, body)
            self.now.snippets += self._diff_refs(language, options)
        self.now.fences.append(Fence(language, body, self.fence_line, options))
        self.fence = None

    def _options(self, language: str, body: str) -> dict[str, Any]:
        try:
            options = yaml.load(body, LOADER) or {}
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            last = len(self.body) - 1  # where the text ends, when more was expected
            line = self.fence_line + 1 + min(mark.line if mark else 0, last)
            what = f"the body of the {language} fence is not YAML"
            self._wrong(line, what, "write key: value lines")
            return {}
        if not isinstance(options, dict):
            what = f"the body of the {language} fence is not key: value"
            self._wrong(self.fence_line + 1, what, "write key: value lines")
            return {}
        return options

    def _diff_refs(
        self, language: str, options: dict[str, Any]
    ) -> Iterator[SnippetRef]:
        for key in ("before", "after") if language == "diff" else ():
            if isinstance(ref := options.get(key), str):
                path, _, section = ref.partition(":")
                yield SnippetRef(path, section, self.fence_line)

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
