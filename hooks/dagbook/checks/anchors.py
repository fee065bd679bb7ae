"""Anchors that a page gives its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.pages import fenced
from dagbook.problems import Problem

_HEADING = re.compile(r"#{1,6} .*\{[^}]*#([\w:.-]+)[^}]*\}\s*$")


@rule("text")
def twice(path: Path, tree: Tree) -> Iterator[Problem]:
    """Refuse two headings of a page with one anchor: a link finds only the first."""
    if path.suffix != ".md":
        return
    lines = files.text(path).split("\n")
    code = fenced.inside(lines)
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        found = _HEADING.match(line)
        if not found or number in code:
            continue
        first = seen.setdefault(found[1], number)
        if first != number:
            what = f"the anchor #{found[1]} is that of line {first}, too"
            name = tree.project.relative(path)
            yield Problem(name, number, what, "give each heading its own")
