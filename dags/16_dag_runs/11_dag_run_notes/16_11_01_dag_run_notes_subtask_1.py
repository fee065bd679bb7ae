"""Load three orders and report their total; people write notes on the run."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_11_01_dag_run_notes_subtask_1",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.11"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [12, 30, 8]

    @task
    def load(orders: list[int]) -> int:
        return sum(orders)

    # --8<-- [start:report]
    @task
    def report(total: int, dag_run=None) -> str:
        return f"total: {total}, note: {dag_run.note}"

    # --8<-- [end:report]

    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
