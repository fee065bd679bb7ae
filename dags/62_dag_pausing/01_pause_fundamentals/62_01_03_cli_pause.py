"""Two plain DAGs, to be paused and unpaused from the command line."""

import pendulum
from airflow.sdk import dag, task

START = pendulum.datetime(2026, 1, 1, tz="UTC")
TAGS = ["reference", "core", "beginner", "success", "62.1"]


@task
def extract() -> list[int]:
    return [20, 15, 7]


@task
def load(amounts: list[int]) -> int:
    return sum(amounts)


@dag(
    dag_id="62_01_03_cli_pause",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def sales():
    load(extract())


@dag(
    dag_id="62_01_03_cli_pause__refunds",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def refunds():
    load([-5])


sales_dag = sales()
refunds()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
