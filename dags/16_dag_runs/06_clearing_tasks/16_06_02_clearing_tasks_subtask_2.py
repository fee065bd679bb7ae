"""Load the orders of three shops; a clear of one task can reach other runs, too."""

import pendulum
from airflow.sdk import dag, task

ORDERS = {"north": 20, "south": 30, "web": 50}


@dag(
    dag_id="16_06_02_clearing_tasks_subtask_2",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.6"],
)
def sales():
    @task
    def extract(shop: str) -> int:
        return ORDERS[shop]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    @task
    def report(total: int) -> str:
        return f"sold {total}"

    report(load(extract.expand(shop=list(ORDERS))))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
