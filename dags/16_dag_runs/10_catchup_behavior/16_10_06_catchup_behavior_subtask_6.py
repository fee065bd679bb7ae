"""Five daily runs, of which one is missing in the middle.

The DAG is over after five days. The test deletes runs and asks a backfill for what is
missing.
"""

import logging

import pendulum
from airflow.sdk import DAG, task

log = logging.getLogger(__name__)


@task
def load(dag_run=None) -> str:
    return f"{dag_run.run_after:%Y-%m-%d}"


@task
def report(day: str) -> None:
    log.info("sales of %s loaded", day)


with DAG(
    "16_10_06_catchup_behavior_subtask_6",
    schedule="@daily",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 5, 5, tz="UTC"),
    catchup=True,
    doc_md=__doc__,
    tags=["reference", "control", "beginner", "success", "16.10"],
) as daily_sales:
    report(load())

if __name__ == "__main__":
    daily_sales.test()
