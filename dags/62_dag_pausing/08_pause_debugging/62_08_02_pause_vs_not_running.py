"""Two daily DAGs that do not run: one is paused, the other one has ended."""

import pendulum
from airflow.sdk import dag, task

STEM = "62_08_02_pause_vs_not_running"
TAGS = ["reference", "debugging", "beginner", "success", "62.8"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="@daily",
    start_date=START,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def sales():
    @task
    def load() -> int:
        return sum([20, 15, 7])

    load()


# --8<-- [start:ended]
@dag(
    dag_id=f"{STEM}__ended",
    schedule="@daily",
    start_date=START,
    end_date=pendulum.datetime(2026, 5, 3, tz="UTC"),
    # --8<-- [end:ended]
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
)
def old_sales():
    @task
    def load() -> int:
        return 42

    load()


sales_dag = sales()
old_sales()

if __name__ == "__main__":
    sales_dag.test()
