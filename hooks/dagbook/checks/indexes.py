"""What the generated indexes need of the pages."""

from __future__ import annotations

from dagbook.examples.coverage import Coverage
from dagbook.problems import Problem
from dagbook.project import Project
from dagbook.site.indexes import MARKER, title


def problems(project: Project, covered: Coverage) -> list[Problem]:
    """Return what is wrong with the written index pages."""
    spec = covered.spec
    folders = {file.slug for file in spec.files}
    folders |= {sub.folder for sub in spec.subsections.values()}
    found = []
    for file in spec.files:
        for path in sorted((project.docs / file.slug).rglob("index.md")):
            name = project.relative(path)
            text = path.read_text("utf-8")
            folder = path.parent.relative_to(project.docs).as_posix()
            if folder not in folders:
                what = f"the spec has no section in the folder {folder}"
                found.append(Problem(name, 0, what, "move the page or remove it"))
            if text.splitlines().count(MARKER) != 1:
                what = "the table of examples has no place, or two"
                found.append(Problem(name, 0, what, f"write one line {MARKER}"))
            if not title(text):
                what, remedy = "no title", "begin with a heading “# What it covers”"
                found.append(Problem(name, 1, what, remedy))
    return found
