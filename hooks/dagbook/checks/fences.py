"""Fences and snippets of all pages, found where Markdown finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pygments.lexers import get_all_lexers

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.pages import fenced
from dagbook.pages.model import FENCES
from dagbook.problems import Problem, choice

FOLDERS = ("dags", "tests", "docs", "hooks")
"""Where a snippet may come from."""

_SNIPPET = re.compile(r"^[>\s]*-+8<-+[ \t]+(['\"])(?P<path>[^'\":]*)")


@rule("tree")
def named(tree: Tree) -> Iterator[Problem]:
    """Refuse a fence that nothing draws, with options, or that is not closed.

    Also a snippet outside a fence, and one of a file that is not for readers.
    """
    for path in tree.project.pages():
        if path.is_relative_to(tree.project.spec):
            continue
        name, lines = tree.project.relative(path), files.text(path).splitlines()
        for block in fenced.blocks(lines):
            if found := _wrong(block):
                yield Problem(name, block.line, *found)
        code = fenced.inside(lines)
        for number, line in enumerate(lines, 1):
            if snippet := _SNIPPET.match(line):
                if number not in code:
                    what, remedy = "a snippet outside a fence", "put it into a fence"
                    yield Problem(name, number, what, remedy)
                elif snippet["path"].partition("/")[0] not in FOLDERS:
                    what = f"a snippet of {snippet['path']}, which is not for readers"
                    remedy = f"show a file of {', '.join(FOLDERS)}"
                    yield Problem(name, number, what, remedy)


def _wrong(block: fenced.Fenced) -> tuple[str, str] | None:
    """Return what is wrong with a fence, and what to do."""
    word = block.language
    if not block.closed:
        return fenced.NOT_CLOSED
    if word in FENCES and block.info != word:
        remedy = f"write {block.mark}{word}, and what it needs in the body, as YAML"
        return f"a {word} fence that begins with “{block.info}”", remedy
    if word and word not in FENCES and word not in _languages():
        return f"a fence “{word}” that nothing draws", choice(word, FENCES)
    return None


@cache
def _languages() -> frozenset[str]:
    """Return the names of the languages whose code is coloured."""
    return frozenset(alias for lexer in get_all_lexers() for alias in lexer[1])
