"""Small helpers for HTML: escaping, values and durations.

Everything that comes from a run passes through :func:`text` or :func:`value`, so that
a log line with a tag in it is a log line and not a tag.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from pygments import highlight
from pygments.filter import Filter
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import Token

WIDTH = 80  # characters of a line of JSON that fits a page
# Control characters have no place in HTML; two of them mark Python-Markdown's stash.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(raw: object) -> str:
    """Return ``raw`` as text that is safe inside an element or an attribute."""
    return html.escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(raw)), quote=True)


def code(raw: object) -> str:
    """Return ``raw`` as inline code."""
    return f"<code>{text(raw)}</code>"


def name(raw: str) -> str:
    """Return an identifier as inline code that may break after ``_``, ``.`` or ``/``.

    Long task ids would push a table off a telephone's screen otherwise.
    """
    return "<code>" + re.sub(r"(?<=[_./:-])(?=\w)", "<wbr>", text(raw)) + "</code>"


def value(raw: object) -> str:
    """Return a JSON value: inline when it fits on a line, a block when not."""
    line = json.dumps(raw, ensure_ascii=False)
    if len(line) <= WIDTH:
        return f'<code class="db-value">{text(line)}</code>'
    return block(laid_out(raw), "json")


def laid_out(raw: object, indent: str = "", before: int = 0) -> str:
    """Return JSON in which each part that fits on a line stands on one.

    Args:
        raw: a JSON value.
        indent: what the lines below the first one begin with.
        before: characters that the first line has already.
    """
    line = json.dumps(raw, ensure_ascii=False)
    if before + len(line) <= WIDTH or not isinstance(raw, (dict, list)):
        return line
    inner = indent + "  "
    keys = [f"{json.dumps(k, ensure_ascii=False)}: " for k in raw]
    if isinstance(raw, list):
        keys = [""] * len(raw)
    parts = raw.values() if isinstance(raw, dict) else raw
    rows = [
        f"{inner}{key}{laid_out(part, inner, len(inner + key) + 1)}"
        for key, part in zip(keys, parts, strict=True)
    ]
    begin, end = line[0], line[-1]
    return begin + "\n" + ",\n".join(rows) + f"\n{indent}{end}"


def block(source: str, language: str, css: str = "") -> str:
    """Return highlighted code that keeps every character of ``source``.

    The search leaves it out.

    Args:
        source: the code; its text content in the page equals it exactly.
        language: a Pygments name such as ``python``, ``json`` or ``text``.
        css: more classes for the wrapping element.
    """
    classes = " ".join(filter(None, (f"language-{language}", "highlight", css)))
    return (
        f'<div class="{classes}" data-search-exclude><pre><span></span>'
        f"<code>{tokens(source, language)}</code></pre></div>"
    )


@lru_cache(maxsize=1024)
def tokens(source: str, language: str) -> str:
    """Return ``source`` as highlighted spans, without any wrapping element.

    The check renders what the build renders again, and one edit in ``mkdocs serve``
    leaves nearly all code as it was.
    """
    lexer = _lexer(language)
    return highlight(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", source), lexer, _PLAIN)


def pane(css: str, label: str) -> str:
    """Return the opening tag of a pane that scrolls sideways, also by keyboard.

    What is too wide for a telephone scrolls there, and the page stays where it is.
    """
    return (
        f'<div class="{css} db-scroll" tabindex="0" role="group" '
        f'aria-label="{text(label)}">'
    )


def table(columns: Sequence[str], rows: str) -> str:
    """Return a table of a recording.

    Args:
        columns: their names; what is measured in seconds stands to the right.
        rows: the rows, as HTML.
    """
    head = "".join(
        f'<th scope="col"{_NUMBER if name in _MEASURED else ""}>{name}</th>'
        for name in columns
    )
    return (
        f'{pane("db-states", "Table: " + ", ".join(columns))}<table class="db-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


_NUMBER = ' class="db-num"'
_MEASURED = {"Took", "After"}


def seconds(amount: float) -> str:
    """Return a duration in seconds as a person would say it."""
    if amount < 10:
        return f"{amount:.2f} s"
    if amount < 100:
        return f"{amount:.1f} s"
    return f"{int(amount // 60)} min {amount % 60:02.0f} s"


def plural(count: int, one: str, many: str = "") -> str:
    """Return ``3 tests`` or ``1 test``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


#: What has the colour of plain text gets no element: half of a listing's, and the
#: search and the browser read each of them.
_UNCOLOURED = {
    Token.Keyword.Constant,
    Token.Literal.String.Affix,
    Token.Name,
    Token.Name.Variable.Magic,
    Token.Operator,
    Token.Operator.Word,
    Token.Punctuation,
    Token.Text.Whitespace,
}
_LIKE_STRINGS = {Token.Literal.String.Interpol: Token.Literal.String.Double}


class _Colours(Filter):
    """Make plain text of what has its colour."""

    def filter(self, _lexer: Any, stream: Any) -> Iterator[Any]:
        for kind, words in stream:
            if kind in _UNCOLOURED:
                yield Token.Text, words
            else:
                yield _LIKE_STRINGS.get(kind, kind), words


@cache
def _lexer(language: str):  # type: ignore[no-untyped-def]
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    lexer.add_filter(_Colours())
    return lexer


_PLAIN: HtmlFormatter = HtmlFormatter(nowrap=True)
