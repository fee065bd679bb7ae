"""A plain DAG, whose pause is compared between the database and the REST API."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="62_08_05_db_state",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "debugging", "advanced", "success", "62.8"],
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
    sales_dag.test(logical_date=None)
