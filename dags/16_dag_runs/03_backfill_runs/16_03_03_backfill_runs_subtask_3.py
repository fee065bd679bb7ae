"""Load the orders of a day; the page backfills a week in which some days have run."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_03_03_backfill_runs_subtask_3",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 3, 2, tz="UTC"),
    end_date=pendulum.datetime(2026, 3, 8, tz="UTC"),
    catchup=False,
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
