"""Load the sales; a second DAG has a similar name, and a name that holds "none"."""

import pendulum
from airflow.sdk import dag, task

STEM = "62_10_01_naming"
TAGS = ["reference", "best-practice", "beginner", "success", "62.10"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


# --8<-- [start:docs]
@dag(
    dag_id=STEM,
    doc_md="Loads the sales. [How to pause it](https://shop.example/pause)",
    tags=TAGS,
    default_args={"owner": "sales"},
    # --8<-- [end:docs]
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
)
def sales():
    @task
    def load() -> int:
        return sum([20, 15, 7])

    load()


@dag(
    dag_id=f"{STEM}__nonessential",
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
)
def reports():
    @task
    def load() -> int:
        return 42

    load()


sales_dag = sales()
reports()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
