"""The whole file of an example, and what it does when it is run as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from dagbook import templates
from dagbook.examples.example import Example
from dagbook.recording.file import Scenario
from dagbook.views import graph, run, states
from dagbook.views import html as markup

LONG = 100
"""Lines of a file that are shown without a pane that scrolls."""


def render(example: Example, errors: bool) -> str:
    """Return the listing, and below it the graph and the states of one run.

    Args:
        example: its file, its DAG and its recording.
        errors: show the errors of the run too; false where the page does so itself.

    Raises:
        LookupError: the example has no recording, or the file has no such DAG.
        DagbookError: the file does not parse.
        ValueError: the run has a task or a state that the DAG or Airflow does not know.
    """
    item, source, dag = example.item, example.source, example.dag()
    default = default_run(example)
    uid = f"graph-{item.id.replace('.', '-')}"
    return templates.fill(
        "views",
        "whole_file.html.jinja",
        stem=item.stem,
        code=markup.tokens(source, "python"),
        long=source.count("\n") > LONG,
        verdict=run.verdict(default) if default else "",
        pane=graph.pane(dag, default, "default", uid),
        tasks=list(_tasks(default)) if default else [],
        errors=_errors(default) if default and errors else [],
    )


def default_run(example: Example) -> Scenario | None:
    """Return the scenario ``default`` if it is a run of the DAG named by the file."""
    found: Scenario | None = example.recording["scenarios"].get("default")
    own = found and found["kind"] == "run" and found["dag_id"] == example.item.stem
    return found if own else None


def _tasks(scenario: Scenario) -> Iterator[Mapping[str, Any]]:
    """Yield a row for each task; the instances of a mapped one share a row."""
    for task_id, group in groupby(scenario["tasks"], key=lambda one: one["task_id"]):
        found = list(group)
        state = states.combined(one["state"] for one in found)
        tries = max(one.get("try_number") or 0 for one in found)
        notes = [f"× {len(found)}"] if len(found) > 1 else []
        notes += [f"{tries} tries"] if tries > 1 else []
        yield {
            "name": markup.name(task_id),
            "state": states.pill(state.name),
            "notes": ", ".join(notes),
        }


def _errors(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Return task, type and message of each error, each once."""
    found = {
        (task["task_id"], one["error"]["type"], one["error"]["message"]): None
        for task in scenario["tasks"]
        for one in task["tries"]
        if one.get("error")
    }
    return list(found)
