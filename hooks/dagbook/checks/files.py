"""Files that belong to no item, missing files, private text and active markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dagbook.problems import Problem
from dagbook.project import Project
from dagbook.spec.model import Item, Spec


def complete(project: Project, item: Item) -> list[Problem]:
    """Return a problem for each file that a begun example lacks.

    An item of which nothing exists is not a problem: coverage shows it.
    """
    paths = item.paths(project)
    parts = {"DAG file": paths.dag, "page": paths.page, "test": paths.test}
    there = [sort for sort, path in parts.items() if path.is_file()]
    if not there and not paths.recording.is_file():
        return []
    page = project.relative(paths.page) if paths.page.is_file() else ""
    have = " and ".join(there) or "recording"
    return [
        Problem(
            project.relative(path),
            0,
            f"the example {item.id} has a {have} but no {sort}",
            f"write it, or run `dagbook new {item.id}` where nothing exists yet",
            page,
        )
        for sort, path in parts.items()
        if not path.is_file()
    ]


def unknown(project: Project, spec: Spec) -> Iterator[Problem]:
    """Yield a problem for each file in the three trees that no item accounts for."""
    known: set[Path] = set()
    for item in spec.items:
        paths = item.paths(project)
        known |= {paths.dag, paths.page, paths.test}
        known |= {paths.recording, paths.live_recording}
        known.add(paths.test.with_name(f"test_{item.stem}_live.py"))
    remedy = "add the item to docs/spec, or correct the name: the spec decides it"
    files = list(project.dag_files())
    for file in spec.files:
        files += project.pages(file.slug)
        files += sorted((project.tests / file.slug).rglob("test_*.py"))
        files += sorted((project.tests / file.slug).rglob("*.json"))
    for path in files:
        if path not in known and path.name not in ("index.md", "__init__.py"):
            what = "belongs to no item of the spec"
            yield Problem(project.relative(path), 0, what, remedy)
