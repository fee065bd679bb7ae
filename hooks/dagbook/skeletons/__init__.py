"""Skeletons of an example's three files: the right names, nothing that looks done.

A skeleton says what belongs where, and the checks refuse it until a person has written
it: its tasks raise, its tests fail, its title is empty, its sections have no words.
"""

from __future__ import annotations

import re
from pathlib import Path

from dagbook import files as on_disk
from dagbook import templates
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.spec.lines import TAGS, slug
from dagbook.spec.model import Item, Spec


def new(project: Project, spec: Spec, ident: str) -> list[Path]:
    """Write the DAG file, the page and the test of an item, and return their paths.

    Args:
        project: where to write.
        spec: the contract, which names the files.
        ident: the item, as ``16.1.6``.

    Raises:
        DagbookError: the item is not in the spec, or one of its files exists; then
            nothing is written.
    """
    if ident not in spec.by_id:
        raise DagbookError(_not_in_spec(spec, ident))
    item = spec.by_id[ident]
    files = skeletons(project, item)
    taken = [path for path in files if path.exists()]
    if taken:
        what = f"a file of item {ident} exists already"
        remedy = "edit it, or remove it first: dagbook new overwrites nothing"
        raise DagbookError(
            Problem(project.relative(path), 0, what, remedy) for path in taken
        )
    for path, text in files.items():
        on_disk.write(path, text)
    return list(files)


def section_names(item: Item) -> list[str]:
    """Return a name for the snippet section of each bullet, each one different."""
    names: list[str] = []
    for bullet in item.bullets:
        words = [word for word in slug(bullet.text).split("_") if word]
        name = "_".join(words[:5]) or "section"
        name = name if name[0].isalpha() else f"section_{name}"
        while name in names:
            name += "_too"
        names.append(name)
    return names


def skeletons(project: Project, item: Item) -> dict[Path, str]:
    """Return the DAG file, the page and the test of an item, by path."""
    paths = item.paths(project)
    values = {
        "item": item,
        "dag": project.relative(paths.dag),
        "sections": list(zip(section_names(item), item.bullets, strict=True)),
        "show": '"error:load"' if item.outcome == "failure" else '"xcom:load"',
        "state": "failed" if item.outcome == "failure" else "success",
    }
    return {
        paths.dag: templates.fill("skeletons", "dag.py.jinja", **values),
        paths.page: templates.fill("skeletons", "page.md.jinja", **values),
        paths.test: templates.fill("skeletons", "test.py.jinja", **values),
    }


@templates.filters
def literal(text: str) -> str:
    """Return a text that may stand in a docstring."""
    return text.replace("\\", "").replace('"', "'")


def _not_in_spec(spec: Spec, ident: str) -> Problem:
    """Return where the contract would have to name the item."""
    what = f"item {ident} is not in the spec"
    if not re.fullmatch(r"\d+\.\d+\.\d+", ident):
        return Problem("docs/spec", 0, f"“{ident}” is no id", "give one such as 16.1.6")
    section, sub, nth = (int(n) for n in ident.split("."))
    words = "', '".join(TAGS)
    name = f"{section:02}_{sub:02}_{nth:02}_name.py"
    lines = (
        f"“### - [ ] {ident} Title”, “Filename: `{name}` | Tags: `['{words}']`” "
        "and its bullets “- [ ] …”"
    )
    file = next((file for file in spec.files if file.number == section), None)
    if file is None:
        path = f"docs/spec/{section}_title.md"
        remedy = f"add this checklist, beginning with “# {section} Title”, with {lines}"
        return Problem(path, 0, what, remedy)
    found = spec.subsections.get(f"{section}.{sub}")
    if found is None:
        remedy = f"add the heading “# {section}.{sub} Title” and below it {lines}"
        return Problem(file.path, 0, what, remedy)
    last = found.items[-1]
    remedy = f"add after item {last.id} of “{found.title}”: {lines}"
    return Problem(file.path, last.bullets[-1].line, what, remedy)
