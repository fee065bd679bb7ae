"""Load orders every minute, in one run at a time."""

import time

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_09_05_max_active_runs_subtask_5",
    doc_md=__doc__,
    schedule="* * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["reference", "control", "beginner", "success", "16.9"],
    params={"seconds": 0},
)
def sales():
    @task
    def extract() -> list[int]:
        return [40, 12, 5]

    @task
    def load(amounts: list[int], params=None) -> int:
        time.sleep(params["seconds"])  # a slow database
        return sum(amounts)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
