"""Results of a real scheduler: of the present files, differences declared."""

from __future__ import annotations

from typing import Any

from dagbook.live.parity.plan import Declared, Plan, plans
from dagbook.live.parity.results import load, place
from dagbook.problems import Problem
from dagbook.project import Project


def problems(project: Project) -> list[Problem]:
    """Return every example whose live result is missing or stale, and why."""
    file = project.relative(place(project))
    results = load(project)["examples"]
    found = []
    for plan in plans(project):
        path = project.example(plan.item.folder, plan.item.stem).page
        page = project.relative(path) if path.exists() else ""
        if what := _stale(plan, results.get(plan.item.id)):
            # Who has scenarios of its own there must record them anew, too.
            live = project.example(plan.item.folder, plan.item.stem).live_recording
            record = " RECORD=1" if live.exists() else ""
            again = f"run `make live ONLY={plan.item.id}{record}`"
            found.append(Problem(file, 0, f"{plan.item.id}: {what}", again, page))
        known = {one.scenario for one in plan.expected}
        for name in sorted({one.scenario for one in plan.declared} - known):
            what = f"live_difference: parity leaves out scenario “{name}”"
            found.append(Problem(page, 1, what, "remove the entry or correct its name"))
    return found


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
