"""The table of all examples on a real scheduler, as Markdown for the site."""

from __future__ import annotations

from dagbook import spec
from dagbook.live.parity import load
from dagbook.live.parity_plan import plans
from dagbook.project import Project

HEAD = """| example | runs | task instances | result | measured on | seconds |
|---|---:|---:|---|---|---:|
"""


def markdown(project: Project, up: str = "../") -> str:
    """Return the summary, the table and the declared differences.

    Args:
        project: where.
        up: the way from the page that shows the table to ``docs/``.
    """
    results = load(project)["examples"]
    items = {item.id: item for item in spec.load(project).items}
    rows, differences = [], []
    for plan in plans(project):
        item_id = plan.item.id
        link = f"[{item_id}]({up}{plan.item.folder}/{plan.item.stem}.md)"
        result = results.get(item_id)
        if result is None or result["source"] != plan.digest:
            state = "not measured yet" if result is None else "stale"
            rows.append(f"| {link} | {len(plan.expected)} | | {state} | | |")
            continue
        scenarios = result["scenarios"]
        declared = [n for n, s in scenarios.items() if s["result"] == "declared"]
        told = f"{len(declared)} declared" if declared else "same"
        tasks = sum(s["tasks"] for s in scenarios.values())
        rows.append(
            f"| {link} | {len(scenarios)} | {tasks} | {told} | "
            f"{result['measured_on']} | {result['seconds']:.0f} |"
        )
        for name in declared:
            reasons = {d["reason"]: d for d in scenarios[name]["differences"]}
            for reason, first in reasons.items():
                who = f"`{first['task']}`" if first["task"] else "the run"
                differences.append(
                    f"- {link}, scenario `{name}`: {who} is *{first['live']}* where "
                    f"`dag.test()` gives *{first['recorded']}*. {_sentence(reason)}"
                )
    shown = [items[i] for i in results if i in items]
    summary = f"{len(shown)} of {len(items)} examples have run on a real scheduler.\n\n"
    tail = "\n".join(differences) or "No example differs."
    return f"{summary}{HEAD}" + "\n".join(rows) + f"\n\n## Differences\n\n{tail}\n"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
