"""Ask the partner's API for orders, in several runs at a time and in a pool."""

import os
import time

import pendulum
from airflow.sdk import Param, dag, task

# airflow pools set vendor_api 2 "two requests at a time"
POOL = os.environ.get("SHOP_POOL", "default_pool")


@dag(
    dag_id="16_13_04_parallel_run_optimization",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["performance", "control", "advanced", "success", "16.13"],
    params={"seconds": Param(0, type="number", description="how long the API takes")},
    # --8<-- [start:answer]
    max_active_runs=4,  # how many runs may start
)
def sales():
    @task(pool=POOL)  # how many of their tasks may work
    def extract(params) -> list[int]:
        time.sleep(params["seconds"])
        return [20, 15, 7]

    # --8<-- [end:answer]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
