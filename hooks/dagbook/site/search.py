"""What the search knows of a page beyond its text, and how much a page counts.

The theme's plugin writes the index from the pages. Here each example gets its
questions, its summary, and the names, commands and paths of its files, and lists step
back. ``assets/search.js`` reads these fields.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from dagbook import files
from dagbook.examples.coverage import Coverage, ItemState, coverage
from dagbook.project import Project
from dagbook.site import mentions, symbols
from dagbook.spec.load import load

FILE = "search/search_index.json"
LISTS = 0.2
"""The boost of pages that only lead to others."""

_TAGS = re.compile(r"</?(?!/?(?:p|li)>)\w+[^>]*>")
_BLANKS = re.compile(r"\s+")


def enrich(project: Project, site: Path) -> None:
    """Rewrite the index of a built site.

    Args:
        project: whose site it is.
        site: the folder that MkDocs has written.
    """
    path = site / FILE
    if not path.is_file():
        return
    index = json.loads(files.text(path))
    found = coverage(project, load(project))
    index["docs"] = documents(project, found, index["docs"])
    text = json.dumps(index, separators=(",", ":"), ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def documents(
    project: Project, covered: Coverage, docs: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the entries of the index with what the search needs besides them."""
    pages = {
        one.address.removesuffix(".md") + ".html": one
        for one in covered.states
        if one.page
    }
    return [_document(project, pages, doc) for doc in docs]


def _document(
    project: Project, pages: dict[str, ItemState], doc: dict[str, Any]
) -> dict[str, Any]:
    page = doc["location"].partition("#")[0]
    made = {
        "location": doc["location"],
        "title": doc["title"],
        "text": _BLANKS.sub(" ", _TAGS.sub(" ", doc["text"])).strip(),
    }
    state = pages.get(page)
    if state is None and not page.startswith("concepts/"):
        made["boost"] = LISTS
    elif state and page == doc["location"]:
        made |= _known(project, state)
    return made


def _known(project: Project, state: ItemState) -> dict[str, str]:
    """Return the fields of an example's first entry, which stands for its page."""
    assert state.page
    front = state.page.front
    asked = [question.text for question in front.questions]
    dag = state.item.paths(project).dag
    names = [name for found in symbols.of_file(project, dag) for name in found]
    recording = state.recording or {}
    for seen in (*mentions.commands(recording), *mentions.calls(recording)):
        names.append(seen.what)
    return {
        "questions": " ".join([*asked, front.summary]),
        "names": " ".join([state.item.id, *dict.fromkeys(names)]),
    }
