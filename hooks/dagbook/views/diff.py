"""Two pieces of code side by side: what the fix takes away and what it adds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from dagbook.views import html as markup

Line = tuple[str, int | None, int | None, str]


def render(before: str, after: str, names: tuple[str, str], language: str) -> str:
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
    lines = list(_lines(before, after, language))
    gone = sum(sign == "-" for sign, *_ in lines)
    new = sum(sign == "+" for sign, *_ in lines)
    rows = "".join(_row(*line) for line in lines)
    pane = markup.pane("highlight", "Difference")
    return (
        '<figure class="db-diff"><figcaption>'
        f'<span class="db-diff__from"><b aria-hidden="true">−</b> '
        f"{markup.name(names[0])}</span> "
        f'<span class="db-diff__to"><b aria-hidden="true">+</b> '
        f"{markup.name(names[1])}</span> "
        f'<span class="db-diff__sum">{markup.plural(gone, "line")} removed, '
        f"{new} added</span></figcaption>"
        f"{pane}<pre><code>{rows}</code></pre></div></figure>"
    )


def _lines(before: str, after: str, language: str) -> Iterator[Line]:
    before, after = before.rstrip("\n"), after.rstrip("\n")
    old, new = before.split("\n"), after.split("\n")
    # Each side is highlighted as a whole, so that a string over several lines stays
    # one; Pygments closes its spans at every line end.
    old_html = markup.tokens(before, language).split("\n")
    new_html = markup.tokens(after, language).split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield (" ", i + 1, j + 1, new_html[j])
            continue
        for i in range(i1, i2):
            yield ("-", i + 1, None, old_html[i])
        for j in range(j1, j2):
            yield ("+", None, j + 1, new_html[j])


def _row(sign: str, old: int | None, new: int | None, html: str) -> str:
    body = html or " "
    if sign == " ":
        return f'<span class="db-line"><i aria-hidden="true"> </i>{body}\n</span>'
    tag, word, mark = ("del", "removed", "−") if sign == "-" else ("ins", "added", "+")
    return (
        f'<{tag} class="db-line"><i aria-hidden="true">{mark}</i>'
        f'<span class="db-sr">{word}: </span>{body}\n</{tag}>'
    )
