"""A daily DAG whose schedule and start_date are changed while it is in use.

The test deploys changed copies of this file. What runs next follows from the newest
scheduled run and the new schedule.
"""

import logging

import pendulum
from airflow.sdk import DAG, task

log = logging.getLogger(__name__)


@task
def extract(dag_run=None) -> str:
    return f"{dag_run.run_after:%Y-%m-%d}"


@task
def load(day: str) -> None:
    log.info("sales of %s loaded", day)


with DAG(
    "16_10_05_catchup_behavior_subtask_5",
    schedule="@daily",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    catchup=False,
    doc_md=__doc__,
    tags=["reference", "control", "beginner", "success", "16.10"],
) as daily_sales:
    load(extract())

if __name__ == "__main__":
    daily_sales.test()
