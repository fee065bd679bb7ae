"""All thirteen trigger rules below the same depots, compared with a table.

A truck loads crates at two depots. Below them stands one task for each rule, and
``matrix`` compares what became of it with the table in this file. ``__branch`` and
``__mapped`` have a branch and a mapped task in place of the truck. The last two DAGs
end in a single task: what does the run become when a skip comes before a failure?
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

STEM = "16_05_03_dag_run_states_subtask_3"
CRATES = {"north": 12, "south": 30}
ROOM = 50
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.5"],
}
OUTCOMES = ["success", "failed", "skipped"]
BELIEVE = Param({}, type="object", description="cells that you think are otherwise")

# --8<-- [start:table]
# A column is what stands above, a cell what becomes of the task:
# s success, f failed, k skipped, u upstream_failed. In kf the skip comes first.
TABLE = """
                             s   k   u   sf  sk  fk  kf  ku
all_success                  s   k   u   u   k   u   k   k
all_failed                   k   k   s   k   k   k   k   k
all_skipped                  k   s   k   k   k   k   k   k
all_done                     s   s   s   s   s   s   s   s
all_done_min_one_success     s   k   u   s   k   k   k   k
all_done_setup_success       s   s   s   s   s   s   s   s
one_success                  s   k   u   s   s   u   u   u
one_failed                   k   k   s   s   k   s   s   s
one_done                     s   k   k   s   s   s   s   k
none_failed                  s   s   u   u   s   u   u   u
none_failed_min_one_success  s   k   u   u   s   u   u   u
none_skipped                 s   k   s   s   k   k   k   k
always                       s   s   s   s   s   s   s   s
"""
# --8<-- [end:table]
LETTERS = {"success": "s", "failed": "f", "skipped": "k", "upstream_failed": "u"}
COLUMNS, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
RULES = [row[0] for row in ROWS]


def predicted(above: list[str]) -> tuple[str, dict[str, str]]:
    """Return the column for the states above, and its cells by rule."""
    column = "".join(dict.fromkeys(LETTERS[state] for state in above))
    column = column if column in COLUMNS else column[::-1]
    at = COLUMNS.index(column)
    return column, {rule: cells[at] for rule, *cells in ROWS}


def load(depot: str, outcome: str) -> int:
    """Return the crates of a depot, or end as ``outcome`` says."""
    if outcome == "failed":
        raise RuntimeError(f"{depot}: the gate is locked")
    if outcome == "skipped":
        raise AirflowSkipException(f"{depot}: closed today")
    return CRATES[depot]


# --8<-- [start:thirteen]
def thirteen(*depots) -> None:
    """Set one task for each rule below the depots, and the check below all thirteen."""
    names = [depot.operator.task_id for depot in depots]

    def tally(ti) -> int:
        return sum(crates or 0 for crates in ti.xcom_pull(task_ids=names))

    check = matrix(names)
    for rule in RULES:
        depots >> task(task_id=rule, trigger_rule=rule)(tally)() >> check


# --8<-- [end:thirteen]


# --8<-- [start:matrix]
@task(trigger_rule="all_done")
def matrix(depots: list[str], params, ti) -> dict:
    states = ti.get_task_states(ti.dag_id, run_ids=[ti.run_id])[ti.run_id]
    above = [states[name] for d in depots for name in states if name.startswith(d)]
    column, cells = predicted(above)
    cells |= params["believe"]
    found = {rule: LETTERS[states[rule]] for rule in RULES}
    wrong = [
        f"{r} is {found[r]}, not {cells[r]}" for r in RULES if found[r] != cells[r]
    ]
    if wrong:
        raise AirflowFailException(f"column {column}: {'; '.join(wrong)}")
    return {"column": column, "cells": found}


# --8<-- [end:matrix]

# --8<-- [start:truck]
DEPOTS = {
    "north": Param("success", enum=OUTCOMES),
    "south": Param("success", enum=[*OUTCOMES, "upstream_failed"]),
}


@dag(dag_id=STEM, doc_md=__doc__, params=DEPOTS | {"believe": BELIEVE}, **COMMON)
def truck():
    @task
    def drive_north() -> int:
        return ROOM

    @task
    def north(params) -> int:
        return load("north", params["north"])

    @task(trigger_rule="all_done")
    def drive_south(params, ti) -> int:
        if params["south"] == "upstream_failed":
            raise RuntimeError("the road to the south is flooded")
        return ROOM - (ti.xcom_pull(task_ids="north") or 0)

    @task
    def south(params) -> int:
        return load("south", params["south"])

    first, last = north(), south()
    drive_north() >> first >> drive_south() >> last
    thirteen(first, last)


# --8<-- [end:truck]


# --8<-- [start:branch]
@dag(
    dag_id=f"{STEM}__branch",
    params={"visit": Param(["north"], type="array"), "believe": BELIEVE},
    **COMMON,
)
def branch():
    @task.branch
    def visit(params) -> list[str]:
        return params["visit"]

    stops = [task(load, task_id=name)(name, "success") for name in CRATES]
    visit() >> stops
    thirteen(*stops)


# --8<-- [end:branch]


# --8<-- [start:mapped]
@dag(
    dag_id=f"{STEM}__mapped",
    params={"bays": Param(OUTCOMES[:1], type="array"), "believe": BELIEVE},
    **COMMON,
)
def mapped():
    @task
    def arrivals(params) -> list[str]:
        return params["bays"]

    @task
    def bay(outcome: str) -> int:
        return load("north", outcome)

    thirteen(bay.expand(outcome=arrivals()))


# --8<-- [end:mapped]


# --8<-- [start:orders]
def one_leaf(role: str, rule: str) -> None:
    @dag(dag_id=f"{STEM}__{role}", params=DEPOTS, **COMMON)
    def orders():
        @task
        def north(params) -> int:
            return load("north", params["north"])

        @task(retries=1, retry_delay=timedelta(seconds=1))
        def south(params) -> int:
            return load("south", params["south"])

        @task(trigger_rule=rule)
        def invoice(*loaded: int | None) -> int:
            return sum(crates or 0 for crates in loaded)

        invoice(north(), south())

    orders()


one_leaf("green", rule="all_success")
one_leaf("honest", rule="none_failed_min_one_success")
# --8<-- [end:orders]
pair = truck()
branch()
mapped()

if __name__ == "__main__":
    pair.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
