"""A run that somebody marks while it loads the orders.

In the second DAG the load has a lock on the stock, which a teardown releases.
"""

import logging
import tempfile
import time
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, setup, task, teardown
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

STEM = "16_07_03_marking_success_failure_subtask_3"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "failure", "16.7"],
    "params": {"seconds": Param(1, type="integer", description="how long load takes")},
}


@task
def extract() -> list[int]:
    return [20, 30]


@task
def load(orders: list[int], params) -> int:
    log.info("loading %d orders", len(orders))
    time.sleep(params["seconds"])
    raise AirflowFailException("the stock has no such article")


@task
def report(total: int) -> str:
    return f"{total} EUR"


@setup
def lock(run_id) -> str:
    file = Path(tempfile.gettempdir(), f"stock_{run_id}.lock")
    file.touch()
    return str(file)


@teardown
def release(file: str) -> None:
    Path(file).unlink()


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def sales():
    report(load(extract()))


# --8<-- [start:teardown]
@dag(dag_id=f"{STEM}__teardown", **COMMON)
def with_teardown():
    locked = lock()
    with release(locked):
        report(load(extract()))


# --8<-- [end:teardown]

sales_dag = sales()
with_teardown()

if __name__ == "__main__":
    sales_dag.test()
