"""Load a partner's orders, and refunds in a second DAG: two new DAGs to turn on."""

import json
from pathlib import Path

import pendulum
from airflow.sdk import Variable, dag, task

STEM = "62_03_03_rollout_pause"
TAGS = ["reference", "patterns", "intermediate", "success", "62.3"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="@daily",
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def sales():
    @task
    def extract() -> list[int]:
        file = Variable.get("vendor_file", default="")
        return json.loads(Path(file).read_text()) if file else [20, 15, 7]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    @task
    def report(total: int) -> str:
        return f"sales: {total} EUR"

    report(load(extract()))


@dag(
    dag_id=f"{STEM}__refunds",
    schedule="@daily",
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def refunds():
    @task
    def load() -> int:
        return 7

    load()


sales_dag = sales()
refunds()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
