"""Load an order that people ask for, and the sales of a night."""

import pendulum
from airflow.sdk import Param, dag, task

TAGS = ["reference", "control", "beginner", "success", "16.1"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id="16_01_02_manual_trigger_subtask_2",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
    params={
        "order": Param("A-1", type="string", enum=["A-1", "A-2", "A-3"]),
        "pieces": Param(2, type="integer", minimum=1),
    },
)
def load_order():
    @task
    def load(params) -> dict:
        return {"order": params["order"], "pieces": params["pieces"]}

    @task
    def report(row: dict, dag_run=None) -> str:
        user = dag_run.triggering_user_name
        return f"{row['pieces']} pieces of order {row['order']}, asked by {user}"

    report(load())


# --8<-- [start:nightly]
@dag(
    dag_id="16_01_02_manual_trigger_subtask_2__nightly",
    schedule="@daily",
    allowed_run_types=["scheduled", "backfill"],
    # --8<-- [end:nightly]
    start_date=START,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def nightly_sales():
    @task
    def load() -> int:
        return 42

    load()


shop = load_order()
nightly_sales()

if __name__ == "__main__":
    shop.test(logical_date=None)
