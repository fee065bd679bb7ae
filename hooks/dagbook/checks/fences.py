"""Each fence of a page tried before the site is built, so that all faults show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dagbook.fences import preprocess as annotate
from dagbook.fences import render as fences
from dagbook.pages.model import Page
from dagbook.pages.reader import parse
from dagbook.problems import Problem
from dagbook.project import Project


def elsewhere(project: Project, examples: Iterable[Path]) -> Iterator[Problem]:
    """Yield what would stop the build in a fence of a page that is no example's.

    Args:
        project: the checkout.
        examples: pages of examples, which are checked with their examples.
    """
    own = set(examples)
    for path in project.pages():
        if path in own or path.is_relative_to(project.docs / "spec"):
            continue
        text = path.read_text("utf-8", errors="replace")
        if annotate.has_fences(text):
            page = parse(text, project.relative(path))
            yield from problems(page, None, project)


def problems(page: Page, item_id: str | None, project: Project) -> Iterator[Problem]:
    """Yield what would stop the build in a fence of a page.

    Args:
        page: a written page.
        item_id: its own example, if it has one, which its fences mean unless they
            name another.
        project: the checkout.
    """
    for fence in page.fences:
        if fence.language not in fences.KEYS:
            continue
        body = fence.body.splitlines()
        place = annotate.place("", body, page.path, fence.line, item_id)
        try:
            fences.verify(fence.language, "\n".join([*place, *body]), project)
        except fences.FenceError as error:
            # What is wrong with another file is reported where it is looked at.
            yield from (p for p in error.problems if p.path == page.path)
