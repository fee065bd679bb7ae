"""Load the sales, beside a DAG of payments that must not stop in an emergency."""

import pendulum
from airflow.sdk import dag, task

STEM = "62_03_02_emergency_pause"
TAGS = ["reference", "patterns", "intermediate", "success", "62.3"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="@hourly",
    start_date=START,
    catchup=False,
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


# --8<-- [start:critical]
@dag(
    dag_id=f"{STEM}__payments",
    tags=[*TAGS, "critical"],
    # --8<-- [end:critical]
    schedule=None,
    start_date=START,
    catchup=False,
)
def payments():
    @task
    def pay() -> int:
        return 42

    pay()


sales_dag = sales()
payments()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
