"""Reads a written example page, or the text of one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from dagbook import files
from dagbook.pages import front_matter, sections
from dagbook.pages.model import Page
from dagbook.problems import relative
from dagbook.project import Project


def read(path: Path, project: Project | None = None) -> Page:
    """Read a page; what is wrong with it is in its ``faults``.

    Args:
        path: the written page.
        project: the checkout it belongs to; found from ``path`` when left out.

    Raises:
        DagbookError: the file is missing or not UTF-8.
    """
    project = project or Project.find(path.resolve().parent)
    return parse(files.text(path), relative(path, project.root))


@lru_cache(maxsize=8192)
def parse(text: str, path: str) -> Page:
    """Read the text of a page; the same text is read once.

    Args:
        text: the whole file.
        path: how messages name it, relative to the root.
    """
    lines = text.splitlines()
    front, faults, taken = front_matter.parse(lines, path)
    lead, rest, more = sections.parse(lines, path, taken)
    return Page(path, front, lead, tuple(rest), tuple(faults + more))
