"""References to examples by id: ``[16.1.3]`` becomes a link with id and title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dagbook.examples.example import contract
from dagbook.pages import fenced, reader
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.views import markdown

_REFERENCE = re.compile(r"(?<![\\\w!\]])\[(\d+\.\d+\.\d+)\](?![(\[:])")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


def resolve(project: Project, lines: Sequence[str], page: str) -> list[str]:
    """Return the lines of a page with links in place of ids in brackets.

    Code stays as it is.

    Args:
        project: the checkout.
        lines: of the page, as written.
        page: its path, relative to ``docs``.

    Raises:
        DagbookError: the contract has no such item; all of them at once.
    """
    out, code = list(lines), fenced.inside(lines)
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if number not in code and _REFERENCE.search(line):
            try:
                out[number - 1] = _line(project, line, page)
            except LookupError as error:
                what, remedy = f"no item {error.args[0]} in docs/spec", "correct the id"
                problems.append(Problem(f"docs/{page}", number, what, remedy))
    if problems:
        raise DagbookError(problems)
    return out


def _line(project: Project, line: str, page: str) -> str:
    code = [found.span() for found in _CODE.finditer(line)]

    def one(found: re.Match[str]) -> str:
        inside = any(start < found.start() < end for start, end in code)
        return found[0] if inside else link(project, found[1], page)

    return _REFERENCE.sub(one, line)


def link(project: Project, item_id: str, page: str) -> str:
    """Return id and title of an example as Markdown: a link once it is written.

    Args:
        project: the checkout.
        item_id: such as ``16.1.3``.
        page: the page that refers to it, relative to ``docs``.

    Raises:
        LookupError: the contract has no such item.
    """
    item = contract(project).by_id.get(item_id)
    if item is None:
        raise LookupError(item_id)
    path = item.paths(project).page
    if not path.is_file():
        return markdown.text(f"{item_id} {item.title}")
    title = reader.read(path, project).front.title or item.title
    words = markdown.text(f"{item_id} {title}")
    return markdown.link(words, f"{item.folder}/{item.stem}.md", page)
