"""Generated parts of concept pages as HTML: computed tables, marks of proofs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dagbook.views import html as markup
from dagbook.views import states

Cell = str | Mapping[str, str]

_CODE = re.compile(r"`([^`]+)`")
_STATE = re.compile(r"\{(\w+)\}")


def table(name: str, data: Mapping[str, Any]) -> str:
    """Return a computed table; on a telephone each row becomes a block.

    Args:
        name: of the table; its anchor and the anchor of its proof follow from it.
        data: ``caption``, ``head`` and ``rows`` as the test has left them.
    """
    head = "".join(f'<th scope="col">{inline(cell)}</th>' for cell in data["head"])
    labels = [_CODE.sub(r"\1", cell) for cell in data["head"]]
    matrix = all(not isinstance(c, str) for row in data["rows"] for c in row[1:])
    rows = []
    for row in data["rows"]:
        first, *rest = row
        cells = "".join(
            f'<td data-label="{markup.text(label)}">'
            f"<span>{cell_html(cell, hidden=matrix)}</span></td>"
            for label, cell in zip(labels[1:], rest, strict=True)
        )
        rows.append(f'<tr><th scope="row">{cell_html(first)}</th>{cells}</tr>')
    caption = f"{inline(data['caption'])}&nbsp;{mark(f'table-{name}')}"
    legend = _legend(data["rows"]) if matrix else ""
    css = "db-facts db-facts--matrix" if matrix else "db-facts"
    return (
        f'<div class="{css}">{legend}<table><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>\n"
    )


def _legend(rows: Sequence[Sequence[Cell]]) -> str:
    """Say what the signs of a table mean that consists of states alone."""
    found: dict[str, None] = {}
    for row in rows:
        for cell in row[1:]:
            found.setdefault(cell_html(cell), None)
    return f'<p class="db-facts__legend" aria-hidden="true">{" ".join(found)}</p>'


def cell_html(cell: Cell, hidden: bool = False) -> str:
    """Return a cell: text, or the pill of a state.

    Args:
        cell: as the test has left it.
        hidden: keep the state's word for readers of the screen and for telephones.
    """
    if isinstance(cell, str):
        return inline(cell)
    words = markup.text(cell.get("text", cell["state"]))
    if hidden:
        words = f'<span class="db-facts__word">{words}</span>'
    return states.pill(cell["state"], words)


def inline(words: str) -> str:
    """Return text in which backticks mean code and ``{success}`` a state."""
    parts = _CODE.split(words)
    return "".join(
        markup.name(part)
        if index % 2
        else _STATE.sub(lambda m: states.pill(m[1]), markup.text(part))
        for index, part in enumerate(parts)
    )


def mark(claim: str) -> str:
    """Return the mark of a claim inside HTML: it leads to the proof."""
    return (
        f'<a class="db-claim" id="claim-{claim}" href="#proof-{claim}" '
        f'aria-label="Proof: {claim}" title="Proof: {claim}">✓</a>'
    )
