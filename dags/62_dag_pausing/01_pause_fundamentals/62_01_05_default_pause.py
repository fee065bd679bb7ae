"""Two new DAGs: one says nothing about pausing, one asks to be active."""

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
    dag_id="62_01_05_default_pause",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def sales():
    load(extract())


# --8<-- [start:answer]
@dag(
    dag_id="62_01_05_default_pause__active",
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
)
def active_sales():
    load(extract())


# --8<-- [end:answer]

sales_dag = sales()
active_sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
