"""Load one order of the shop; a program asks for the run over the REST API."""

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    dag_id="16_01_04_manual_trigger_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=False,
    tags=["reference", "control", "beginner", "success", "16.1"],
    params={
        "order": Param("A-1", type="string"),
        "pieces": Param(2, type="integer", minimum=1),
    },
)
def load_order():
    @task
    def load(params) -> dict:
        return {"order": params["order"], "pieces": params["pieces"]}

    @task
    def report(row: dict) -> str:
        return f"{row['pieces']} pieces of order {row['order']} loaded"

    report(load())


shop = load_order()

if __name__ == "__main__":
    shop.test(logical_date=None)
