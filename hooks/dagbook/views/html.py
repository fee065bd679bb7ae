"""What all drawings need: names, values, durations and highlighted code as HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape
from pygments import highlight
from pygments.filter import Filter
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import Token

from dagbook import templates

WIDTH = 80  # characters of a line of JSON that fits a page
_json = json.JSONEncoder(ensure_ascii=False).encode
_PARTS = templates.Macros("views", "parts.html.jinja")
# Control characters have no place in HTML; two of them mark Python-Markdown's stash.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def safe(html: str) -> Markup:
    """Return our HTML without the control characters that a run has printed."""
    return Markup(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", html))


def text(raw: object) -> Markup:
    """Return ``raw`` as text that is safe inside an element or an attribute."""
    return safe(escape(raw))


def code(raw: object) -> Markup:
    """Return ``raw`` as inline code."""
    return Markup(f"<code>{text(raw)}</code>")


@templates.filters
@lru_cache(maxsize=4096)
def name(raw: object) -> Markup:
    """Return an identifier as inline code that may break after ``_``, ``.`` or ``/``.

    Long task ids would push a table off a telephone's screen otherwise.
    """
    parts = re.sub(r"(?<=[_./:-])(?=\w)", "<wbr>", text(raw))
    return Markup(f"<code>{parts}</code>")


@templates.filters
def value(raw: object) -> Markup:
    """Return a JSON value: inline when it fits on a line, a block when not."""
    line = _json(raw)
    if len(line) <= WIDTH:
        return Markup(f'<code class="db-value">{escape(line)}</code>')
    return block(laid_out(raw), "json")


@templates.filters
def label(task: Mapping[str, Any]) -> str:
    """Return how a task instance is called: its id, with the index if mapped."""
    index = task.get("map_index", -1)
    return f"{task['task_id']}[{index}]" if index >= 0 else str(task["task_id"])


def pairs(title: str, pairs: Iterable[tuple[object, object]]) -> Markup:
    """Return names and JSON values below a title."""
    return _PARTS.pairs(title, pairs)


def kept(title: str, raw: Any) -> Markup:
    """Return a value that a test kept: a flat mapping as rows, all else as JSON."""
    flat = isinstance(raw, dict) and raw
    if not flat or any(isinstance(one, dict | list) for one in raw.values()):
        return pairs("", [(name(title), raw)])
    words = {
        key: text(one) if isinstance(one, str) else one for key, one in raw.items()
    }
    return pairs(title, ((text(key), one) for key, one in words.items()))


def laid_out(raw: object, indent: str = "", before: int = 0) -> str:
    """Return JSON in which each part that fits on a line stands on one.

    Args:
        raw: a JSON value.
        indent: what the lines below the first one begin with.
        before: characters that the first line has already.
    """
    line = _json(raw)
    if before + len(line) <= WIDTH or not isinstance(raw, (dict, list)):
        return line
    inner = indent + "  "
    keys = [f"{_json(k)}: " for k in raw]
    if isinstance(raw, list):
        keys = [""] * len(raw)
    parts = raw.values() if isinstance(raw, dict) else raw
    rows = [
        f"{inner}{key}{laid_out(part, inner, len(inner + key) + 1)}"
        for key, part in zip(keys, parts, strict=True)
    ]
    begin, end = line[0], line[-1]
    return begin + "\n" + ",\n".join(rows) + f"\n{indent}{end}"


def block(source: str, language: str, css: str = "") -> Markup:
    """Return highlighted code that keeps every character of ``source``.

    The search leaves it out.

    Args:
        source: the code; its text content in the page equals it exactly.
        language: a Pygments name such as ``python``, ``json`` or ``text``.
        css: more classes for the wrapping element.
    """
    classes = " ".join(filter(None, (f"language-{language}", "highlight", css)))
    return _PARTS.block(tokens(source, language), classes)


@lru_cache(maxsize=1024)
def tokens(source: str, language: str) -> Markup:
    """Return ``source`` as highlighted spans, without any wrapping element.

    The check renders what the build renders again, and one edit in ``mkdocs serve``
    leaves nearly all code as it was.
    """
    lexer = _lexer(language)
    return safe(highlight(source, lexer, _PLAIN))


@templates.filters
def g(number: float) -> str:
    """Return a length for a drawing in few characters."""
    return f"{number:g}"


@templates.filters
def seconds(amount: float) -> str:
    """Return a duration in seconds as a person would say it."""
    if amount < 10:
        return f"{amount:.2f} s"
    if amount < 100:
        return f"{amount:.1f} s"
    return f"{int(amount // 60)} min {amount % 60:02.0f} s"


@templates.filters
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
