"""Load the sales each day: a plain DAG, whose row in the database is read."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="62_04_01_db_state",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "core", "intermediate", "success", "62.4"],
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
