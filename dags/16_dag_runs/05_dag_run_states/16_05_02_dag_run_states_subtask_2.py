"""The same failed task in three DAGs: the run is a success, or it fails.

``load`` cannot read an amount. The leaf decides: a clean-up with ``all_done``,
``load`` above a teardown, or a watcher.
"""

import tempfile
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

STEM = "16_05_02_dag_run_states_subtask_2"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.5"],
    "params": {
        "orders": Param("20 n/a 30", type="string", description="amounts; empty: fail"),
        "locked": Param(False, type="boolean", description="the clean-up fails"),
    },
}


def staging(run_id: str) -> Path:
    return Path(tempfile.gettempdir(), f"orders_{run_id}.txt")


@task
def extract(params, run_id) -> str:
    """Write the orders to the staging file, and return its path."""
    if not params["orders"]:
        raise AirflowFailException("the partner sent no orders")
    staging(run_id).write_text(params["orders"])
    return str(staging(run_id))


@task
def load(file: str) -> int:
    return sum(int(amount) for amount in Path(file).read_text().split())


@task
def cleanup(params, run_id) -> None:
    if params["locked"]:
        raise PermissionError("the staging file is locked")
    staging(run_id).unlink()


# --8<-- [start:answer]
@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def all_done_leaf():  # load fails, the run is a success
    load(extract()) >> cleanup.override(trigger_rule="all_done")()


@dag(dag_id=f"{STEM}__teardown", **COMMON)
def with_teardown():  # load fails, the run fails
    opened = extract()
    load(opened) >> cleanup().as_teardown(setups=opened)


# --8<-- [end:answer]


# --8<-- [start:watcher]
@task(trigger_rule="one_failed")
def watcher() -> None:
    raise AirflowFailException("a task of this run failed")


@dag(dag_id=f"{STEM}__watched", **COMMON)
def with_watcher():
    opened, closed = extract(), cleanup.override(trigger_rule="all_done")()
    loaded = load(opened)
    loaded >> closed
    [opened, loaded, closed] >> watcher()


# --8<-- [end:watcher]

green = all_done_leaf()
with_teardown()
with_watcher()

if __name__ == "__main__":
    green.test()
