"""Load the orders of a day; the page cancels and pauses backfills of it.

The second DAG ends with a teardown task.
"""

import time

import pendulum
from airflow.sdk import Param, dag, task, teardown

STEM = "16_03_04_backfill_runs_subtask_4"
COMMON = {
    "schedule": "@daily",
    "start_date": pendulum.datetime(2026, 5, 1, tz="UTC"),
    "end_date": pendulum.datetime(2026, 5, 10, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.3"],
}


@task
def load(params, dag_run=None) -> str:
    time.sleep(params.get("seconds", 0))
    return f"loaded {dag_run.logical_date or dag_run.run_after:%Y-%m-%d}"


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    params={"seconds": Param(0, type="integer", minimum=0, maximum=60)},
    **COMMON,
)
def daily_sales():
    @task
    def report(loaded: str) -> str:
        return f"{loaded}, reported"

    report(load())


@dag(dag_id=f"{STEM}__teardown", **COMMON)
def sales_with_teardown():
    @teardown
    def drop():
        """Drop the copy that load works on."""

    load() >> drop()


sales = daily_sales()
sales_with_teardown()

if __name__ == "__main__":
    sales.test(logical_date=None)
