"""Load the orders of the shop; a program waits for the run and for its result."""

import pendulum
from airflow.sdk import dag, result, task


@dag(
    dag_id="16_01_06_manual_trigger_subtask_6",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=False,
    tags=["reference", "control", "beginner", "success", "16.1"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [5, 2, 3]

    @task
    def load(pieces: list[int]) -> int:
        return sum(pieces)

    # --8<-- [start:result]
    @result
    @task
    def report(loaded: int) -> dict:
        return {"pieces": loaded}

    # --8<-- [end:result]
    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
