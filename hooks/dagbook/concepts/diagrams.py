"""The diagrams of the concept pages, made from what the tests check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dagbook.concepts import claims, proofs
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.views import facts, state_machine, states
from dagbook.views import timestamps as timeline

#: From top to bottom; ``new`` is where a row is made.
RUN_STATES = ("new", "queued", "running", "success", "failed")
TASK_STATES = tuple(
    "new none scheduled queued running awaiting_input deferred up_for_reschedule "
    "up_for_retry restarting success failed skipped upstream_failed removed".split()
)


def _machine(project: Project, machine: str, names: Sequence[str], title: str) -> str:
    rows = claims.transitions(project, machine)
    if not rows:
        name = project.relative(proofs.transitions_file(project))
        raise DagbookError(Problem(name, 0, f"no changes of {machine}", "write them"))
    numbers = {id(row): number for number, row in enumerate(rows, 1)}
    arrows: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row.get("draw", True):
            pair = (str(row["from"]), str(row["to"]))
            arrows.setdefault(pair, []).append(numbers[id(row)])
    changes = [
        state_machine.Change(start, end, ", ".join(map(str, found)))
        for (start, end), found in arrows.items()
    ]
    svg = state_machine.draw(names, changes, f"ladder-{machine}", title)
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
        f"{facts.inline(str(row['by']))}&nbsp;{facts.mark(str(row['id']))}"
        "</li>"
    )


def timestamps(project: Project) -> str:
    """Return the timestamps of a run and of its task, in the order they are set."""
    table = proofs.tables(project).get("timestamps")
    if table is None:
        name = project.relative(proofs.tables_file(project))
        what = "the table “timestamps” is not computed"
        raise DagbookError(Problem(name, 0, what, claims.RECORD))
    return timeline.draw(table["rows"])


DIAGRAMS: dict[str, Callable[[Project], str]] = {
    "run-states": lambda project: _machine(
        project, "run-states", RUN_STATES, "The states of a run"
    ),
    "task-states": lambda project: _machine(
        project, "task-states", TASK_STATES, "The states of a task instance"
    ),
    "timestamps": timestamps,
}
