"""Load the sales in a second DAG, and run it again when it fails; then report.

The waits are seconds here so that you can watch them; take minutes in real life.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task

STEM = "16_14_04_data_pipeline_run_orchestration"
CHILD = f"{STEM}__load"
TAGS = ["real-world", "control", "advanced", "success", "16.14"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
LOCKED = Path(tempfile.gettempdir(), "sales.locked")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    default_args={"retry_delay": timedelta(seconds=2)},
)
def daily():
    # --8<-- [start:answer]
    wait = {"wait_for_completion": True, "deferrable": True, "poke_interval": 2}
    load = TriggerDagRunOperator(
        task_id="load",
        trigger_dag_id=CHILD,
        trigger_run_id="load-for-{{ run_id }}",  # the same in each try
        logical_date=None,
        conf={"batch": "{{ run_id }}"},
        reset_dag_run=True,
        retries=1,
        **wait,
    )
    # --8<-- [end:answer]

    @task
    def report() -> str:
        return "sales reported"

    load >> report()


@dag(
    dag_id=CHILD,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
    params={"batch": "by hand"},
)
def load_sales():
    # --8<-- [start:child]
    @task
    def extract(params=None) -> dict:
        return {"batch": params["batch"], "orders": [20, 22]}

    @task
    def write(sales: dict) -> str:
        if LOCKED.exists():
            raise ConnectionError("the sales table is locked")
        return f"{sum(sales['orders'])} EUR for {sales['batch']}"

    write(extract())
    # --8<-- [end:child]


daily_dag = daily()
load_sales()

if __name__ == "__main__":
    daily_dag.test(logical_date=None, mark_success_pattern="load")
