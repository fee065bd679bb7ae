"""Two pieces of code side by side: what the fix takes away and what it adds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from markupsafe import Markup

from dagbook import templates
from dagbook.views import html

Line = tuple[str, str]
"""A sign, ``-``, ``+`` or a space, and the highlighted line."""


def render(before: str, after: str, names: tuple[str, str], language: str) -> Markup:
    """Return the difference as HTML, every line of both sides present.

    A removed line stands in ``<del>``, an added one in ``<ins>``; a sign before the
    line and hidden words say so without colour.

    Args:
        before: the first text.
        after: the second text.
        names: what each side is called.
        language: a Pygments name.

    Raises:
        ValueError: the two are the same; a difference that shows none is a mistake.
    """
    if before == after:
        raise ValueError("the two sides are the same")
    return templates.fill(
        "views",
        "diff.html.jinja",
        names=names,
        lines=list(_lines(before, after, language)),
    )


def _lines(before: str, after: str, language: str) -> Iterator[Line]:
    before, after = before.rstrip("\n"), after.rstrip("\n")
    old, new = before.split("\n"), after.split("\n")
    # Each side is highlighted as a whole, so that a string over several lines stays
    # one; Pygments closes its spans at every line end.
    old_html = html.tokens(before, language).split("\n")
    new_html = html.tokens(after, language).split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from ((" ", line) for line in new_html[j1:j2])
            continue
        yield from (("-", line) for line in old_html[i1:i2])
        yield from (("+", line) for line in new_html[j1:j2])
