"""The diagrams of the concept pages, made from what the tests check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dagbook.concepts import claims
from dagbook.concepts import proofs as claims_results
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.views import (
    facts as concept_parts,
)
from dagbook.views import (
    state_machine as concept_ladder,
)
from dagbook.views import (
    states,
)

#: From top to bottom; ``new`` is where a row is made.
RUN_STATES = ("new", "queued", "running", "success", "failed")
TASK_STATES = (
    "new",
    "none",
    "scheduled",
    "queued",
    "running",
    "awaiting_input",
    "deferred",
    "up_for_reschedule",
    "up_for_retry",
    "restarting",
    "success",
    "failed",
    "skipped",
    "upstream_failed",
    "removed",
)


def _machine(project: Project, machine: str, names: Sequence[str], title: str) -> str:
    rows = claims.transitions(project, machine)
    if not rows:
        name = project.relative(claims_results.transitions_file(project))
        raise DagbookError(Problem(name, 0, f"no changes of {machine}", "write them"))
    numbers = {id(row): number for number, row in enumerate(rows, 1)}
    arrows: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row.get("draw", True):
            pair = (str(row["from"]), str(row["to"]))
            arrows.setdefault(pair, []).append(numbers[id(row)])
    changes = [
        concept_ladder.Change(start, end, ", ".join(map(str, found)))
        for (start, end), found in arrows.items()
    ]
    svg = concept_ladder.draw(names, changes, f"ladder-{machine}", title)
    drawn = "".join(_row(row, numbers) for row in rows if row.get("draw", True))
    rest = [row for row in rows if not row.get("draw", True)]
    words = f'<ol class="db-changes">{drawn}</ol>'
    if rest:
        first = numbers[id(rest[0])]
        words += (
            '<p class="db-changes__more">Not drawn, because they leave many states:</p>'
            f'<ol class="db-changes" start="{first}">'
            f"{''.join(_row(row, numbers) for row in rest)}</ol>"
        )
    return (
        f'<figure class="db-machine"><div class="db-machine__picture">{svg}</div>'
        f'<div class="db-machine__words">{words}</div></figure>\n'
    )


def _row(row: Mapping[str, Any], numbers: Mapping[int, int]) -> str:
    start = "new" if row["from"] == "new" else states.pill(str(row["from"]))
    end = states.pill(str(row["to"]))
    return (
        f'<li value="{numbers[id(row)]}"><span class="db-changes__pair">{start} '
        f'<span aria-label="to" role="img">→</span> {end}</span> '
        f"{concept_parts.inline(str(row['by']))}&nbsp;{concept_parts.mark(str(row['id']))}"
        "</li>"
    )


def run_states(project: Project) -> str:
    """Return the states of a run and their changes."""
    return _machine(project, "run-states", RUN_STATES, "The states of a run")


def task_states(project: Project) -> str:
    """Return the states of a task instance and their changes."""
    title = "The states of a task instance"
    return _machine(project, "task-states", TASK_STATES, title)


def timestamps(project: Project) -> str:
    """Return the timestamps of a run and of its task, in the order they are set."""
    from dagbook.views import timestamps as concept_timeline

    table = claims_results.tables(project).get("timestamps")
    if table is None:
        name = project.relative(claims_results.tables_file(project))
        what = "the table “timestamps” is not computed"
        raise DagbookError(Problem(name, 0, what, claims.RECORD))
    return concept_timeline.draw(table["rows"])


DIAGRAMS: dict[str, Callable[[Project], str]] = {
    "run-states": run_states,
    "task-states": task_states,
    "timestamps": timestamps,
}
