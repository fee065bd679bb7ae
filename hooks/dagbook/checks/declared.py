"""What the front matter of an example declares, compared with what has run."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.examples.example import Example
from dagbook.examples.versions import numbers
from dagbook.pages.model import Page
from dagbook.problems import Problem, choice


@rule("page")
def versions(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse Airflow versions that exclude the recorded one, or that failed."""
    low, high = numbers(page.front.airflow), numbers(page.front.airflow_max)
    if high and high < low[: len(high)]:
        what = f"airflow_max {page.front.airflow_max} is below {page.front.airflow}"
        yield Problem(page.path, page.front.line("airflow_max"), what, "raise it")
    elif example.recorded:
        recorded = example.recorded["airflow"]
        ran = numbers(recorded)
        for key, excluded in (
            ("airflow", ran < low),
            ("airflow_max", ran[: len(high)] > high),
        ):
            if excluded:
                what = f"{key} excludes Airflow {recorded}, on which it was recorded"
                remedy = f"correct {key}, or record it on that version"
                yield Problem(page.path, page.front.line(key), what, remedy)
    for failed in example.failed_on(page.front.airflow):
        what = (
            f"declares Airflow {page.front.airflow}, and its tests failed on {failed}"
        )
        remedy = (
            "raise `airflow:` in the front matter, or mend the example and run "
            f"`make matrix ONLY={example.item.id}`"
        )
        yield Problem(page.path, page.front.line("airflow"), what, remedy)


@rule("landing")
def proven(tree: Tree) -> Iterator[Problem]:
    """Refuse a lowest Airflow version on which the tests of the file never passed."""
    for example in tree.examples:
        if not (example.page and example.recorded and example.page.front.airflow):
            continue
        front = example.page.front
        low = numbers(front.airflow)[:2]
        if low not in {numbers(one)[:2] for one in example.passed_on}:
            what = f"declares Airflow {front.airflow}, on which its tests never passed"
            remedy = f"run `make matrix ONLY={example.item.id}`, or raise `airflow:`"
            yield Problem(example.page.path, front.line("airflow"), what, remedy)


@rule("page")
def requires(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a distribution that is not installed: nothing has run with it."""
    for name in page.front.requires:
        try:
            version(name)
        except PackageNotFoundError:
            what = f"requires {name}, which is not installed"
            remedy = "correct its name, or add it to pyproject.toml and run `make lock`"
            yield Problem(page.path, page.front.line("requires"), what, remedy)


@rule("page")
def differences(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a live difference of a scenario or task that is not recorded."""
    if example.recorded is None:
        return
    scenarios, line = example.recorded["scenarios"], page.front.line("live_difference")
    for one in page.front.live_difference:
        name, task = str(one["scenario"]), one.get("task")
        known = [row["task_id"] for row in scenarios.get(name, {}).get("tasks", ())]
        if name not in scenarios:
            what = f"live_difference: no scenario “{name}” is recorded"
            yield Problem(page.path, line, what, choice(name, scenarios))
        elif task and task not in known:
            what = f"live_difference: scenario “{name}” has no task “{task}”"
            yield Problem(page.path, line, what, choice(str(task), sorted(set(known))))
