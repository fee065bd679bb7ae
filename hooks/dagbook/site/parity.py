"""The page of all examples on a real scheduler, as Markdown for the site."""

from __future__ import annotations

from typing import Any

from dagbook.live.parity.plan import Plan, plans
from dagbook.live.parity.results import load
from dagbook.project import Project

PATH = "contributing/parity.md"

INTRODUCTION = """# On a real scheduler

{measured} {examples} run on a real Airflow, {tasks} task instances in all: each
recorded run was asked for once more over the REST API, and the final state of the run
and the state and number of tries of each task instance were compared with the
recording. [The live lane](live.md) says how.

*Runs* counts the recorded runs, *tasks* the task instances on the real scheduler.
*Same* means that nothing differs; *declared* counts the runs whose difference is
explained below.

| Example | Runs | Tasks | Result | Measured on | Seconds |
|---|--:|--:|---|---|--:|
{rows}

## Declared differences

{differences}
"""


def page(project: Project, path: str = PATH) -> str:
    """Return the page: what was measured, the table, the declared differences.

    Args:
        project: where.
        path: of the page, relative to ``docs``; links start there.
    """
    up = "../" * path.count("/")
    results = load(project)["examples"]
    rows, differences = [], []
    measured = tasks = 0
    for plan in plans(project):
        link = _link(project, plan, up)
        result = results.get(plan.item.id)
        if result is None or result["source"] != plan.digest:
            state = "not measured yet" if result is None else "stale"
            rows.append(f"| {link} | {len(plan.expected)} | – | {state} | – | – |")
            continue
        scenarios = result["scenarios"]
        declared = [n for n, s in scenarios.items() if s["result"] == "declared"]
        count = sum(s["tasks"] for s in scenarios.values())
        measured, tasks = measured + 1, tasks + count
        rows.append(
            f"| {link} | {len(scenarios)} | {count} | "
            f"{f'{len(declared)} declared' if declared else 'same'} | "
            f"Airflow {result['airflow']}, {result['measured_on']} | "
            f"{result['seconds']:.0f} |"
        )
        for name in sorted(declared):
            differences += _told(link, name, scenarios[name]["differences"])
    return INTRODUCTION.format(
        measured=measured,
        examples="example has" if measured == 1 else "examples have",
        tasks=tasks,
        rows="\n".join(rows),
        differences="\n".join(differences) or "No example differs.",
    )


def _link(project: Project, plan: Plan, up: str) -> str:
    item = plan.item
    if not project.example(item.folder, item.stem).page.exists():
        return item.id
    return f"[{item.id}]({up}{item.folder}/{item.stem}.md)"


def _told(link: str, name: str, found: list[dict[str, Any]]) -> list[str]:
    """Return one line per reason; the first difference stands for the rest."""
    first: dict[str, dict[str, Any]] = {}
    for one in found:
        first.setdefault(one["reason"], one)
    return [
        f"- {link}, scenario `{name}`: "
        f"{_who(one)} is *{one['live']}* where "
        f"`dag.test()` gives *{one['recorded']}*. {_sentence(reason)}"
        for reason, one in first.items()
    ]


def _who(one: dict[str, Any]) -> str:
    return f"`{one['task']}`" if one["task"] else "the run"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
