"""What the generated indexes need of the pages."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.problems import Problem
from dagbook.site.indexes import MARKER, title


@rule("tree")
def indexes(tree: Tree) -> Iterator[Problem]:
    """Refuse an index page without title, without a place for its table, or astray."""
    folders = {file.slug for file in tree.spec.files}
    folders |= {sub.folder for sub in tree.spec.subsections.values()}
    for file in tree.spec.files:
        for path in sorted((tree.project.docs / file.slug).rglob("index.md")):
            name, text = tree.project.relative(path), files.text(path)
            folder = path.parent.relative_to(tree.project.docs).as_posix()
            if folder not in folders:
                what = f"the spec has no section in the folder {folder}"
                yield Problem(name, 0, what, "move the page or remove it")
            if text.splitlines().count(MARKER) != 1:
                what = "the table of examples has no place, or two"
                yield Problem(name, 0, what, f"write one line {MARKER}")
            if not title(text):
                what, remedy = "no title", "begin with a heading “# What it covers”"
                yield Problem(name, 1, what, remedy)
