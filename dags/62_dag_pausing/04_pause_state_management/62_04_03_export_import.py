"""Load the sales, beside a DAG of refunds: two pause states to save and restore."""

import pendulum
from airflow.sdk import dag, task

STEM = "62_04_03_export_import"
TAGS = ["reference", "patterns", "intermediate", "success", "62.4"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 15, 7]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


@dag(
    dag_id=f"{STEM}__refunds",
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def refunds():
    @task
    def load() -> list[int]:
        return [4, 3]

    load()


sales_dag = sales()
refunds()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
