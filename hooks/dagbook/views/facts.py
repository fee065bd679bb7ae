"""Generated parts of concept pages as HTML: computed tables, marks of proofs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dagbook import templates
from dagbook.views import html, states

Cell = str | Mapping[str, str]

_DRAWN = templates.Macros("views", "facts.html.jinja")
_CODE = re.compile(r"`([^`]+)`")
_STATE = re.compile(r"\{(\w+)\}")


def table(name: str, data: Mapping[str, Any]) -> Markup:
    """Return a computed table; on a telephone each row becomes a block.

    Args:
        name: of the table; its anchor and the anchor of its proof follow from it.
        data: ``caption``, ``head`` and ``rows`` as the test has left them.
    """
    cells = [one for row in data["rows"] for one in row[1:]]
    # A table of states alone shows their signs, and says once what they mean.
    matrix = not any(isinstance(one, str) for one in cells)
    legend = dict.fromkeys(cell(one) for one in cells) if matrix else ()
    labels = [_CODE.sub(r"\1", words) for words in data["head"]]
    return _DRAWN.table(f"table-{name}", data, labels, list(legend))


@templates.filters
def cell(raw: Cell, hidden: bool = False) -> Markup:
    """Return a cell: text, or the pill of a state.

    Args:
        raw: as the test has left it.
        hidden: keep the state's word for readers of the screen and for telephones.
    """
    if isinstance(raw, str):
        return inline(raw)
    words = raw.get("text", raw["state"])
    return states.pill(raw["state"], _DRAWN.hidden(words) if hidden else words)


@templates.filters
def inline(words: str) -> Markup:
    """Return text in which backticks mean code and ``{success}`` a state."""
    parts = _CODE.split(words)
    return Markup().join(
        html.name(part)
        if index % 2
        else Markup(_STATE.sub(lambda m: states.pill(m[1]), html.text(part)))
        for index, part in enumerate(parts)
    )


def mark(claim: str) -> Markup:
    """Return the mark of a claim inside HTML: it leads to the proof."""
    return _DRAWN.mark(claim)
