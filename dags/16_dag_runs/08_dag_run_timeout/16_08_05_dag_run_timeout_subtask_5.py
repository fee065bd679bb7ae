"""Warn when a run takes too long, and let it go on.

Thirty seconds after the run was queued, Airflow calls ``warn``, unless the run is a
success by then. After 90 seconds of running, ``dagrun_timeout`` ends the run.
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import DeadlineAlert, DeadlineReference, Param, SyncCallback, dag, task

STEM = "16_08_05_dag_run_timeout_subtask_5"
TAGS = ["reference", "control", "beginner", "success", "16.8"]
LATE = Path(tempfile.gettempdir(), f"{STEM}.late")


# --8<-- [start:warn]
def warn(context: dict) -> None:
    """Write a line that a person reads."""
    run = context["dag_run"]  # a dict
    late = run["state"] in ("queued", "running")  # 3.3.2 tells of failed runs, too
    with LATE.open("a") as file:
        told = "is late" if late else "has ended"
        file.write(f"{run['dag_run_id']} {told}: {run['state']}\n")


# --8<-- [end:warn]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # --8<-- [start:answer]
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=30),
        callback=SyncCallback(warn),
    ),
    dagrun_timeout=timedelta(seconds=90),
    # --8<-- [end:answer]
    tags=TAGS,
    params={"seconds": Param(1, type="number", description="how long; < 0: fail")},
)
def sales():
    @task
    def extract(params) -> list[int]:
        time.sleep(params["seconds"])  # a negative number is a ValueError
        return [20, 30, 50]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.deadline = None  # 3.3.2: test() fails at the end of a run with a deadline
    sales_dag.test()
