"""Load the orders; a later version of this DAG gets one more task, ``report``."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_06_04_clearing_tasks_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.6"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 30, 50]

    @task
    def load(orders: list[int]) -> int:
        return sum(orders)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
