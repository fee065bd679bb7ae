"""End a DAG run that takes too long with dagrun_timeout.

``extract`` waits for the partner's API for ``seconds``. After 30 seconds the scheduler
ends the run, whatever its tasks are doing.
"""

import time
from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, task


# --8<-- [start:answer]
@dag(
    dag_id="16_08_01_dag_run_timeout_subtask_1",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    dagrun_timeout=timedelta(seconds=30),  # an argument of the DAG
    tags=["reference", "control", "beginner", "success", "16.8"],
    params={"seconds": Param(1, type="number", description="how long the API takes")},
)
# --8<-- [end:answer]
def sales():
    @task
    def extract(params) -> list[int]:
        time.sleep(params["seconds"])
        return [20, 30, 50]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
