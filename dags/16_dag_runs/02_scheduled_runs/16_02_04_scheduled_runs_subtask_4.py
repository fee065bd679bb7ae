"""Load the orders of a day at six; the page asks why no run of it is created."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_02_04_scheduled_runs_subtask_4",
    doc_md=__doc__,
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 5, 3, 6, tz="UTC"),
    catchup=True,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["reference", "control", "beginner", "success", "16.2"],
)
def daily_sales():
    @task
    def extract() -> list[int]:
        return [20, 15, 7]

    @task
    def load(orders: list[int]) -> int:
        return sum(orders)

    @task
    def report(total: int) -> str:
        return f"sales: {total} EUR"

    report(load(extract()))


sales = daily_sales()

if __name__ == "__main__":
    sales.test(logical_date=None)
