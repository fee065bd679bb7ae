"""Results of a real scheduler: of the present files, differences declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagbook.checks.claims import installed
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.examples.versions import numbers
from dagbook.live.parity.plan import PLAIN, Declared, Plan, plans
from dagbook.live.parity.results import load, place
from dagbook.problems import Problem


@rule("landing")
def parity(tree: Tree) -> Iterator[Problem]:
    """Refuse an example whose result of a real scheduler is missing or stale.

    Also a declared difference that it did not show.
    """
    project, file = tree.project, place(tree.project)
    name = project.relative(file)
    if not file.is_file():
        what = "the results of a real scheduler are missing"
        yield Problem(name, 0, what, "take it from git, or run `make live`")
        return
    chosen = {item.id for item in tree.spec.select(tree.only)}
    results = load(project)["examples"]
    for ident in sorted(set(results) - set(tree.spec.by_id)):
        what, remedy = f"{ident} is not in the spec", "remove it, or take it from git"
        yield Problem(name, 0, what, remedy)
    names = {
        example.item.id: {PLAIN, *example.recorded["scenarios"]}
        for example in tree.examples
        if example.recorded
    }
    for plan in plans(project):
        if plan.item.id not in chosen:
            continue
        paths = plan.item.paths(project)
        path = paths.page
        page = project.relative(path) if path.exists() else ""
        result = results.get(plan.item.id)
        stray = set(result["scenarios"] if result else ()) - names[plan.item.id]
        what = f"scenario “{min(stray)}” is not recorded" if stray else ""
        if what := what or _stale(plan, result):
            # The scenarios of its own there are stale with it.
            record = " RECORD=1" if paths.live_recording.exists() else ""
            again = f"run `make live ONLY={plan.item.id}{record}`"
            yield Problem(name, 0, f"{plan.item.id}: {what}", again, page)
            continue
        shown = {
            (scenario, one["reason"])
            for scenario, result in results[plan.item.id]["scenarios"].items()
            for one in result.get("differences", ())
        }
        for one in plan.declared:
            if (one.scenario, one.reason) not in shown:
                what = f"live_difference: scenario “{one.scenario}” does not differ so"
                remedy = f"remove the entry “{one.reason}”, or correct it"
                yield Problem(page, 1, what, remedy)


def _stale(plan: Plan, result: dict[str, Any] | None) -> str:
    if result is None:
        return "never run on a real scheduler"
    if result["source"] != plan.digest:
        return f"{plan.source.name} has changed since it ran on a real scheduler"
    here, there = numbers(installed()), numbers(result["airflow"])
    if here and (there[:2] != here[:2] or there > here):
        return f"it names Airflow {result['airflow']}, and this is {installed()}"
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
