"""Markdown from the HTML of a page: what it says, without what one clicks."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SKIPPED = {"svg", "button", "script", "style", "template"}
_SKIPPED_CLASSES = {"headerlink", "db-evidence", "db-sr", "db-head", "db-claim"}
_VOID = {"br", "img", "input", "hr", "wbr", "meta", "link", "source", "col"}
_BLOCKS = {
    *("p", "div", "ul", "ol", "dl", "table", "figure", "figcaption", "details"),
    *("section", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"),
}
_MARKS = {"em": "*", "strong": "**", "b": "**", "i": "*"}


def convert(html: str) -> str:
    """Return the Markdown of the content of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.out)
    # What a listing says stays as it is.
    tidy = re.compile(r"(```.*?\n```)|[ \t]*\n(?:[ \t]*\n)+|[ \t]+(?=\n)", re.S)
    made = tidy.sub(lambda at: at[1] or ("\n\n" if "\n" in at[0] else ""), text)
    return made.strip() + "\n"


class _Reader(HTMLParser):
    """Collects the text; ``skipped`` counts open elements that leave nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.skipped = 0
        self.pre = False
        self.language = ""
        self.links: list[str] = []
        self.lists: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        classes = set((named.get("class") or "").split())
        if tag in _VOID:
            if tag == "br" and not self.skipped:
                self.out.append("\n" if self.pre else " ")
            return
        if self.skipped or tag in _SKIPPED or classes & _SKIPPED_CLASSES:
            self.skipped += 1
            return
        for one in classes:
            if one.startswith("language-"):
                self.language = one.removeprefix("language-")
        self._open(tag, named)

    def _open(self, tag: str, named: dict[str, str | None]) -> None:
        if tag == "pre":
            self.pre = True
            self.out.append(f"\n\n```{self.language}\n")
        elif tag == "li":
            number = self.lists[-1] if self.lists else -1
            if number >= 0:
                self.lists[-1] = number = number + 1
            indent = "  " * (len(self.lists) - 1)
            self.out.append(f"\n{indent}{f'{number}.' if number > 0 else '-'} ")
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
            self.out.append("\n")
        elif tag == "tr":
            self.out.append("\n|")
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag == "a":
            self.links.append(named.get("href") or "")
            self.out.append("[")
        elif tag == "code" and not self.pre:
            self.out.append("`")
        elif tag in _MARKS:
            self.out.append("" if self.pre else _MARKS[tag])
        elif re.fullmatch("h[1-6]", tag):
            self.out.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in _BLOCKS and not self._inside():
            self.out.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self.skipped:
            self.skipped -= 1
        elif tag == "pre":
            self.pre, self.language = False, ""
            self.out.append("```\n\n" if self.out[-1].endswith("\n") else "\n```\n\n")
        elif tag in ("ul", "ol"):
            self.lists.pop()
            self.out.append("\n")
        elif tag in ("td", "th"):
            self.out.append(" |")
        elif tag == "thead":
            cells = "".join(self.out).rpartition("\n|")[2].count("|")
            self.out.append("\n|" + " --- |" * cells)
        elif tag == "a":
            self.out.append(f"]({self.links.pop()})")
        elif tag == "code" and not self.pre:
            self.out.append("`")
        elif tag in _MARKS:
            self.out.append("" if self.pre else _MARKS[tag])
        elif tag in _BLOCKS and not self._inside():
            self.out.append("\n\n")

    def _inside(self) -> bool:
        """Tell whether a block stands in a list, which blank lines would tear."""
        return bool(self.lists)

    def handle_data(self, data: str) -> None:
        if self.skipped:
            return
        if self.pre:
            self.out.append(data)
        elif words := re.sub(r"\s+", " ", data):
            last = self.out[-1][-1:] if self.out else ""
            self.out.append(words.lstrip() if last in ("\n", " ", "") else words)
