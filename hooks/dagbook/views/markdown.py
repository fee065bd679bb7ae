"""Text that is safe inside Markdown, and relative links between pages."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Sequence

# Marks that Markdown or one of the site's extensions gives a meaning to. As character
# references they are read as themselves, inside tables and inline HTML too.
_MARKS = re.compile(r"[\\`*_\[\](){}|#~^=!:+$@]")
LONGEST = 160  # characters of a message in a table


def text(raw: object) -> str:
    """Return ``raw`` as one line of text that Markdown leaves alone."""
    line = html.escape(" ".join(str(raw).split()), quote=False)
    return _MARKS.sub(_reference, line)


def _reference(mark: re.Match[str]) -> str:
    return f"&#{ord(mark.group())};"


def code(raw: object, limit: int = LONGEST) -> str:
    """Return ``raw`` as inline code of one line, cut after ``limit`` characters."""
    line = " ".join(str(raw).split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return f"<code>{text(line)}</code>"


def link(words: str, target: str, page: str) -> str:
    """Return a link from one page to another.

    Args:
        words: safe Markdown.
        target: the page linked to, relative to ``docs``, maybe with ``#anchor``.
        page: the page that carries the link, relative to ``docs``.
    """
    path, mark, anchor = target.partition("#")
    if path == page and mark:
        return f"[{words}](#{anchor})"
    near = posixpath.relpath(path, posixpath.dirname(page) or ".")
    return f"[{words}]({near}{mark}{anchor})"


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
