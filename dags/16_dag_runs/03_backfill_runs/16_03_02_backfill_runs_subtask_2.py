"""Load the orders of a day; the page backfills four days of it."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_03_02_backfill_runs_subtask_2",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 3, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 3, 31, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["reference", "control", "beginner", "success", "16.3"],
)
def daily_sales():
    @task
    def extract(dag_run=None) -> str:
        day = dag_run.logical_date or dag_run.run_after
        return f"orders-{day:%Y-%m-%d}.csv"

    @task
    def load(file: str) -> str:
        return f"{file} loaded"

    load(extract())


sales = daily_sales()

if __name__ == "__main__":
    sales.test(logical_date=None)
