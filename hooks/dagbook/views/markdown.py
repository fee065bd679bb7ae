"""Text that is safe inside Markdown, and relative links between pages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from dagbook import templates

LONGEST = 160  # characters of a message in a table

text = templates.markdown


@templates.filters
def code(raw: object, limit: int = LONGEST) -> Markup:
    """Return ``raw`` as inline code of one line, cut after ``limit`` characters."""
    line = " ".join(str(raw).split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return Markup(f"<code>{text(line)}</code>")


@templates.filters
def link(words: str, target: str, page: str) -> Markup:
    """Return a link from one page to another.

    Args:
        words: text; what is ``Markup`` is safe Markdown already.
        target: the page linked to, relative to ``docs``, maybe with ``#anchor``.
        page: the page that carries the link, relative to ``docs``.
    """
    path, mark, anchor = target.partition("#")
    near = posixpath.relpath(path, posixpath.dirname(page) or ".")
    if path == page and mark:
        near = ""
    return Markup(f"[{text(words)}]({near}{mark}{anchor})")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the cells are safe Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def quiet(words: str) -> str:
    """Return text that steps back: what is not there yet."""
    return f'<span class="db-quiet">{words}</span>'


def box(css: str, body: str) -> str:
    """Return ``body``, which is Markdown, inside an element of the class ``css``."""
    return f'<div class="{css}" markdown="1">\n\n{body.strip()}\n\n</div>\n'
