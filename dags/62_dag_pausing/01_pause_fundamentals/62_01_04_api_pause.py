"""A plain DAG, to be paused and unpaused through the REST API.

Nothing in the file knows about pausing: the flag is in Airflow's database.
"""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="62_01_04_api_pause",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "core", "intermediate", "success", "62.1"],
)
def sales():
    @task
    def extract() -> list[str]:
        return ["A-1", "A-2", "A-3"]

    @task
    def load(orders: list[str]) -> int:
        return len(orders)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
