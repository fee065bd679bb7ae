"""Results of a real scheduler: of the present files, differences declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.live.parity.plan import Declared, Plan, plans
from dagbook.live.parity.results import load, place
from dagbook.problems import DagbookError, Problem


@rule("landing")
def parity(tree: Tree) -> Iterator[Problem]:
    """Refuse an example whose result of a real scheduler is missing or stale.

    Before the live lane has left its first results, none is asked for.
    """
    project, file = tree.project, place(tree.project)
    if not file.is_file():
        return
    chosen = {item.id for item in tree.spec.select(tree.only)}
    try:
        results = load(project)["examples"]
    except DagbookError as error:
        yield from error.problems
        return
    for plan in plans(project):
        if plan.item.id not in chosen:
            continue
        paths = plan.item.paths(project)
        path = paths.page
        page = project.relative(path) if path.exists() else ""
        if what := _stale(plan, results.get(plan.item.id)):
            # The scenarios of its own there are stale with it.
            record = " RECORD=1" if paths.live_recording.exists() else ""
            again = f"run `make live ONLY={plan.item.id}{record}`"
            where, what = project.relative(file), f"{plan.item.id}: {what}"
            yield Problem(where, 0, what, again, page)
        known = {one.scenario for one in plan.expected}
        for name in sorted({one.scenario for one in plan.declared} - known):
            what = f"live_difference: parity leaves out scenario “{name}”"
            yield Problem(page, 1, what, "remove the entry or correct its name")


def _stale(plan: Plan, result: dict[str, Any] | None) -> str:
    if result is None:
        return "never run on a real scheduler"
    if result["source"] != plan.digest:
        return f"{plan.source.name} has changed since it ran on a real scheduler"
    for one in plan.expected:
        scenario = result["scenarios"].get(one.scenario)
        if scenario is None:
            return f"scenario “{one.scenario}” never ran on a real scheduler"
        if scenario["recorded"] != one.signature:
            return f"scenario “{one.scenario}” was recorded anew since it ran there"
        if _undeclared(scenario, plan.declared, one.scenario):
            return (
                f"scenario “{one.scenario}” differs on a real scheduler, and the page "
                "no longer says so in live_difference"
            )
    return ""


def _undeclared(scenario: dict[str, Any], declared: list[Declared], name: str) -> bool:
    reasons = {one.reason for one in declared if one.scenario == name}
    return any(d["reason"] not in reasons for d in scenario.get("differences", []))
