"""Markdown from the HTML of a page: what it says, without what one clicks."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from markdownify import MarkdownConverter

_SKIPPED = (
    "svg, button, script, style, template, .headerlink, .db-evidence, .db-sr, "
    ".db-head, .db-claim"
)


def convert(html: str) -> str:
    """Return the Markdown of the content of a page."""
    soup = BeautifulSoup(html, "html.parser")
    for one in soup.select(_SKIPPED):
        one.extract()
    made: str = _CONVERTER.convert_soup(soup)
    # What a listing says stays as it is.
    out: list[str] = []
    listing = False
    for line in made.splitlines():
        listing ^= line.startswith("```")
        if listing or line.strip() or (out and out[-1]):
            out.append(line if listing else line.rstrip())
    return "\n".join(out).strip() + "\n"


def _language(pre: Any) -> str:
    """Return the language that the highlighter wrote on a listing or around it."""
    around = pre.find_parents(limit=2)
    names = [name for one in (pre, *around) for name in one.get("class") or ()]
    languages = (name.partition("language-")[2] for name in names)
    return next(filter(None, languages), "")


_CONVERTER = MarkdownConverter(
    heading_style="atx",
    bullets="-",
    autolinks=False,
    code_language_callback=_language,
    escape_asterisks=False,
    escape_underscores=False,
)
