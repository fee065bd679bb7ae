"""One task for each queue; each tells which worker ran it."""

import os

import pendulum
from airflow.sdk import dag, task

QUEUES = ("default", "large")


@dag(
    dag_id="live_queues",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
)
def live_queues():
    @task
    def where() -> str:
        return os.environ.get("DAGBOOK_WORKER", "")

    @task
    def both(workers: list[str]) -> list[str]:
        return sorted(workers)

    both([where.override(task_id=f"on_{q}", queue=q)() for q in QUEUES])


live_queues()
