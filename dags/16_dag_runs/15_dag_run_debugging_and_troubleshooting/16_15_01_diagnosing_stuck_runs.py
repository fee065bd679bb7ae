"""Load orders, in one run at a time; the page asks why a run of it does not go on."""

import time

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    dag_id="16_15_01_diagnosing_stuck_runs",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["debugging", "control", "intermediate", "success", "16.15"],
    params={"seconds": Param(0, type="number", description="how long the API takes")},
)
def sales():
    @task
    def extract(params=None) -> list[int]:
        time.sleep(params["seconds"])
        return [20, 15, 7]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    @task
    def report(total: int) -> str:
        return f"sales: {total} EUR"

    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
