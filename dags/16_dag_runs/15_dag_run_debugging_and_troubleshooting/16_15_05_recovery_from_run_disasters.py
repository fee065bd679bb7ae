"""Load the orders that the vendor sends; while the vendor is down, each run fails."""

import tempfile
from pathlib import Path

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_15_05_recovery_from_run_disasters",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=2,
    is_paused_upon_creation=True,
    tags=["debugging", "control", "advanced", "success", "16.15"],
)
def sales():
    @task
    def extract() -> list[int]:
        if Path(tempfile.gettempdir(), "vendor.down").exists():
            raise ConnectionError("the vendor does not answer")
        return [20, 15, 7]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
