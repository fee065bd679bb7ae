"""The page of all examples on a real scheduler, as Markdown for the site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dagbook import templates
from dagbook.live.parity.plan import Plan, plans
from dagbook.live.parity.results import load
from dagbook.project import Project
from dagbook.views import markdown

PATH = "contributing/parity.md"
NONE = "–"


def page(project: Project, path: str = PATH) -> str:
    """Return the page: what was measured, the table, the declared differences.

    Args:
        project: where.
        path: of the page, relative to ``docs``; links start there.
    """
    results = load(project)["examples"]
    rows = [
        _row(project, plan, results.get(plan.item.id), path) for plan in plans(project)
    ]
    measured = [row for row in rows if row["tasks"] != NONE]
    return templates.fill(
        "site",
        "parity.md.jinja",
        measured=len(measured),
        tasks=sum(row["tasks"] for row in measured),
        rows=rows,
    )


def _row(
    project: Project, plan: Plan, result: dict[str, Any] | None, path: str
) -> dict[str, Any]:
    item = plan.item
    link: str = item.id
    if item.paths(project).page.exists():
        link = markdown.link(item.id, f"{item.folder}/{item.stem}.md", path)
    row = {"link": link, "runs": len(plan.expected), "differences": []}
    if result is None or result["source"] != plan.digest:
        state = "not measured yet" if result is None else "stale"
        return {**row, "tasks": NONE, "result": state, "on": NONE, "seconds": NONE}
    scenarios = result["scenarios"]
    declared = sorted(n for n, s in scenarios.items() if s["result"] == "declared")
    return {
        "link": link,
        "runs": len(scenarios),
        "tasks": sum(s["tasks"] for s in scenarios.values()),
        "result": f"{len(declared)} declared" if declared else "same",
        "on": f"Airflow {result['airflow']}, {result['measured_on']}",
        "seconds": f"{result['seconds']:.0f}",
        "differences": [
            (name, one)
            for name in declared
            for one in _told(scenarios[name]["differences"])
        ],
    }


def _told(found: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Return one difference for each reason; the first stands for the rest."""
    first: dict[str, dict[str, Any]] = {}
    for one in found:
        first.setdefault(one["reason"], one)
    return first.values()


@templates.filters
def sentence(text: str) -> str:
    """Return a text with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
