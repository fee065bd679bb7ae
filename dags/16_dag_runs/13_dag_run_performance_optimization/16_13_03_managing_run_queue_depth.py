"""Start a run of the second DAG, unless three of its runs are waiting already."""

import logging
import time

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

log = logging.getLogger(__name__)

STEM = "16_13_03_managing_run_queue_depth"
LOAD = f"{STEM}__load"
TAGS = ["performance", "control", "advanced", "success", "16.13"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,  # one producer counts at a time
    tags=TAGS,
)
def order_files():
    # --8<-- [start:answer]
    @task.short_circuit
    def room(ti) -> bool:
        waiting = ti.get_dr_count(LOAD, states=["queued"])
        if waiting >= 3:
            log.warning("%d runs are queued: no new one", waiting)
        return waiting < 3

    room() >> TriggerDagRunOperator(
        task_id="start_load", trigger_dag_id=LOAD, logical_date=None
    )
    # --8<-- [end:answer]


@dag(
    dag_id=LOAD,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=TAGS,
    params={"seconds": Param(0, type="number", description="a slow database")},
)
def load_orders():
    @task
    def load(params) -> str:
        time.sleep(params["seconds"])
        return "orders loaded"

    load()


order_files_dag = order_files()
load_orders()

if __name__ == "__main__":
    order_files_dag.test(logical_date=None)
