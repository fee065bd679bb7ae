"""Load the orders of each store that the conf names, one task for each store."""

import pendulum
from airflow.sdk import Param, dag, task

ORDERS = {"oslo": 12, "berlin": 30, "paris": 8}


@dag(
    dag_id="16_04_05_dag_run_conf_subtask_5",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.4"],
    params={"stores": Param(["oslo", "berlin"], type="array", maxItems=3)},
)
def sales():
    @task
    def load(store: str) -> int:
        return ORDERS[store]

    # --8<-- [start:answer]
    @task
    def stores(params) -> list[str]:
        return list(dict.fromkeys(params["stores"]))  # each store once

    @task(trigger_rule="none_failed")
    def report(loaded) -> int:
        return sum(loaded or [])

    report(load.expand(store=stores()))
    # --8<-- [end:answer]


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
