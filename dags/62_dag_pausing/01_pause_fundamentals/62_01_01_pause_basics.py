"""Load the orders of a day and report them; the page pauses and unpauses this DAG."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="62_01_01_pause_basics",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "core", "beginner", "success", "62.1"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 15, 7]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    @task
    def report(total: int) -> str:
        return f"sales: {total} EUR"

    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
