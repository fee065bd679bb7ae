"""Markup of pages: what is not known to be harmless is refused."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from markdown.extensions.attr_list import get_attrs

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.pages import fenced
from dagbook.problems import Problem

ELEMENTS = frozenset(
    "a abbr b br code dd del div dl dt em i ins kbd li ol p pre small span strong sub"
    " summary details sup table tbody td th thead tr ul".split()
)
ATTRIBUTES = frozenset(
    "class colspan data-search-exclude download href hl_lines id lang linenums"
    " markdown open rowspan title .".split()
)
SCHEMES = ("http", "https", "mailto")

_SPAN = re.compile(r"(?<!\\)(?:\\\\)*(`+)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.S)
_COMMENT = re.compile(r"--!>|<!-{2,3}>")
"""Where a browser ends a comment, and a parser of Python does not."""

_AUTOLINK = re.compile(r"<(?:https?://[^<>\s]+|[\w.+-]+@[\w.-]+)>")
_TARGET = re.compile(r"(!?)\[[^\[\]]*\]\(\s*<?([^)\s>]*)|()^\s*\[[^\]^]+\]:\s*<?(\S+)")
_IMAGE = re.compile(r"!\[[^\[\]]*\](?!\()")
_ESCAPED = re.compile(r"title:|summary:|\s*(?:- )?q:|\s*- \"[^\[]")
_ATTRIBUTES = re.compile(r"\{:?([^{}\n]*)\}")

Found = Iterator[tuple[int, str]]


@rule("text")
def active(path: Path, tree: Tree) -> Iterator[Problem]:
    """Refuse markup in a page that could run or load something."""
    if path.suffix == ".md":
        lines = files.text(path).split("\n")
        example = bool(re.match(r"\d+_\d+_\d+_", path.name))
        for number, what in sorted(set(faults(lines, example))):
            name, remedy = (
                tree.project.relative(path),
                "remove it, or write it as `code`",
            )
            yield Problem(name, number, what, remedy)


def faults(lines: Sequence[str], example: bool = False) -> Found:
    """Yield the line and the words of all that is not known to be harmless.

    Args:
        lines: a page; the text of fences and code in a line counts for nothing.
        example: whether the build escapes the texts of its front matter.
    """
    code = fenced.inside(lines)
    for block in fenced.blocks(lines):
        yield from _attributes(block.line, block.info)
    bare = [
        "" if number in code else line
        for number, line in enumerate(_unescaped(lines) if example else lines, 1)
    ]
    bare = [_AUTOLINK.sub("", line) for line in _without_code(bare)]
    for number, line in enumerate(bare, 1):
        yield from _attributes(number, line)
        if odd := _COMMENT.search(line):
            yield number, f"a comment with “{odd[0]}” in a page"
        for image, url, _, other in _TARGET.findall(line):
            yield from _address(number, url or other, image=bool(image))
        if _IMAGE.search(line):
            yield number, "an image by reference"
    parser = _Parser()
    parser.feed("\n".join(bare))
    parser.close()
    yield from parser.found


def _without_code(lines: Sequence[str]) -> list[str]:
    """Return the lines without code in backticks.

    A pair of backticks may lie in several lines, or not, as where each is an item of a
    list: so only what is code both by its line and by its paragraph is taken away.
    """
    text = "\n".join(lines)
    code = bytearray(len(text))
    for found in _SPAN.finditer(text):
        code[found.start() : found.end()] = b"\1" * len(found[0])
    out, at = [], 0
    for line in lines:
        rest = line
        for found in reversed(list(_SPAN.finditer(line))):
            if all(code[at + found.start() : at + found.end()]):
                rest = rest[: found.start()] + rest[found.end() :]
        out.append(rest)
        at += len(line) + 1
    return out


def _unescaped(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines without the texts that the build escapes."""
    front = lines[:1] == ["---"]
    for number, line in enumerate(lines):
        front = front and not (number and line == "---")
        yield "" if front and _ESCAPED.match(line) else line


def _attributes(number: int, text: str) -> Found:
    for found in _ATTRIBUTES.findall(text):
        for key, _ in get_attrs(found):
            if key not in ATTRIBUTES and re.search(rf"{re.escape(key)}\s*=", found):
                yield number, f"the attribute “{key}” in a page"


def _address(number: int, url: str, image: bool = False) -> Found:
    plain = re.sub(r"[\s\x00-\x20]", "", html.unescape(url)).lower()
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", plain)
    if image and (scheme or plain.startswith("//")):
        yield number, "an image of another host in a page"
    elif scheme and scheme[1] not in SCHEMES:
        yield number, f"an address with “{scheme[1]}:” in a page"


class _Parser(HTMLParser):
    """Notes elements and attributes that are not listed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        line = self.getpos()[0]
        if tag not in ELEMENTS:
            self.found.append((line, f"raw “<{tag}” in a page"))
        for key, value in attrs:
            if key not in ATTRIBUTES:
                self.found.append((line, f"the attribute “{key}” in a page"))
            elif key == "href":
                self.found += _address(line, value or "")

    def handle_decl(self, decl: str) -> None:
        """Refuse a declaration."""
        self.found.append((self.getpos()[0], f"raw “<!{decl.split()[0]}” in a page"))

    def unknown_decl(self, data: str) -> None:
        """Refuse a declaration of another kind."""
        self.handle_decl(data)

    def set_cdata_mode(self, elem: str, **_: Any) -> None:
        """Look inside a script, too."""

    def handle_pi(self, data: str) -> None:
        """Refuse an instruction."""
        self.found.append((self.getpos()[0], "raw “<?” in a page"))
