"""Each fence of a page tried before the site is built, so that all faults show."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook import annotate, fences
from dagbook.page_model import Page
from dagbook.problems import Problem
from dagbook.project import Project


def problems(page: Page, item_id: str, project: Project) -> Iterator[Problem]:
    """Yield what would stop the build in a fence of a page.

    Args:
        page: a written page.
        item_id: its own example, which its fences mean unless they name another.
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
