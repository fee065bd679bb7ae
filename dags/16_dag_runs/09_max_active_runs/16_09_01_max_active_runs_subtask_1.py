"""Load orders in one run at a time; further runs wait in ``queued``."""

import time
from datetime import timedelta

import pendulum
from airflow.sdk import DAG, task


@task
def extract() -> list[int]:
    return [40, 12, 5]


@task
def load(amounts: list[int], params=None) -> int:
    time.sleep(params["seconds"])  # a slow database
    return sum(amounts)


# --8<-- [start:answer]
with DAG(
    "16_09_01_max_active_runs_subtask_1",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),  # a run that hangs cannot hold the others longer
    tags=["reference", "control", "beginner", "success", "16.9"],
    params={"seconds": 0},
) as sales:
    load(extract())
# --8<-- [end:answer]

if __name__ == "__main__":
    sales.test(logical_date=None)
