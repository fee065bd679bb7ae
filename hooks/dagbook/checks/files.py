"""Missing files, and files that belong to no item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.examples.example import Example
from dagbook.problems import Problem


@rule("example")
def complete(example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse an example without DAG file, page or test.

    An item of which nothing exists is not a problem: coverage shows it.
    """
    paths = example.paths
    parts = {"DAG file": paths.dag, "page": paths.page, "test": paths.test}
    there = [sort for sort, path in parts.items() if path.is_file()]
    have = " and ".join(there) or "recording"
    for sort, path in parts.items():
        if sort not in there:
            what = f"the example {example.item.id} has a {have} but no {sort}"
            new = f"dagbook new {example.item.id}"
            remedy = f"write it, or run `{new}` where nothing exists yet"
            yield Problem(tree.project.relative(path), 0, what, remedy)


@rule("tree")
def unknown(tree: Tree) -> Iterator[Problem]:
    """Refuse a file of the three trees that belongs to no item of the spec."""
    project, known = tree.project, set[Path]()
    for item in tree.spec.items:
        paths = item.paths(project)
        known |= {paths.dag, paths.page, paths.test, paths.recording}
        known |= {paths.live_test, paths.live_recording}
    remedy = "add the item to docs/spec, or correct the name: the spec decides it"
    found = list(project.dag_files())
    for file in tree.spec.files:
        found += project.pages(file.slug)
        found += sorted((project.tests / file.slug).rglob("test_*.py"))
        found += sorted((project.tests / file.slug).rglob("*.json"))
    for path in found:
        if path not in known and path.name not in ("index.md", "__init__.py"):
            what = "belongs to no item of the spec"
            yield Problem(project.relative(path), 0, what, remedy)
