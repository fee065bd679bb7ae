"""Load the sales in office hours only: the hours stand in the schedule."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="62_09_03_cost_control",
    doc_md=__doc__,
    # --8<-- [start:answer]
    schedule="0 8-18 * * MON-FRI",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    catchup=False,
    # --8<-- [end:answer]
    tags=["reference", "example", "intermediate", "success", "62.9"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 15, 7]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
