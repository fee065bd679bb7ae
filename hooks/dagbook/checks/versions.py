"""A page declares only Airflow versions on which its tests passed."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook.examples.versions import fates, runs_on
from dagbook.pages.model import Page
from dagbook.problems import Problem
from dagbook.project import Project
from dagbook.spec.model import Item


def problems(project: Project, item: Item, page: Page) -> Iterator[Problem]:
    """Yield a problem for each declared version on which the example's tests failed."""
    declared = page.front.airflow
    for version, fate in sorted(fates(project, item).items()):
        if fate == "failed" and runs_on(declared, version):
            what = f"declares Airflow {declared}, and its tests failed on {version}"
            remedy = (
                "raise `airflow:` in the front matter, or mend the example and run "
                f"`make matrix ONLY={item.id}`"
            )
            yield Problem(page.path, 1, what, remedy)
