"""Load orders in four tasks, of which one asks a slow shop system for the stock."""

import time

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    dag_id="16_15_04_run_execution_timeline_analysis",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=True,
    tags=["debugging", "control", "intermediate", "success", "16.15"],
    params={"seconds": Param(2, type="number", description="how long the stock takes")},
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 15, 7]

    @task
    def add_up(amounts: list[int]) -> int:
        return sum(amounts)

    @task
    def check_stock(amounts: list[int], params=None) -> bool:
        time.sleep(params["seconds"])
        return max(amounts) < 100

    @task
    def load(total: int, in_stock: bool) -> str:
        return f"sales: {total} EUR, in stock: {in_stock}"

    amounts = extract()
    load(add_up(amounts), check_stock(amounts))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
