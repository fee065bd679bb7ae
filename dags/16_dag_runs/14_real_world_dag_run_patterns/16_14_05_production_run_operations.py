"""Two versions of a DAG beside each other; a Variable says which one is live."""

import logging
import time

import pendulum
from airflow.sdk import DAG, Variable, task

log = logging.getLogger(__name__)

STEM = "16_14_05_production_run_operations"
VERSION = "v1"
COMMON = {
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["real-world", "control", "advanced", "success", "16.14"],
    "params": {"seconds": 0},
}


@task
def load(params=None) -> str:
    log.info("loading with %s", VERSION)
    time.sleep(params["seconds"])  # a slow database
    return VERSION


@task
def report(loaded_with: str, dag=None) -> str:
    return f"{dag.dag_id}: loaded with {loaded_with}, reported with {VERSION}"


# --8<-- [start:answer]
def make(color: str, dag_id: str) -> DAG:
    with DAG(dag_id, schedule=None, doc_md=__doc__, **COMMON) as made:

        @task.short_circuit
        def live() -> bool:  # skips the tasks downstream if False
            return Variable.get("sales_live", default="blue") == color

        loaded = load()
        live() >> loaded >> report(loaded)
    return made


# --8<-- [end:answer]

blue = make("blue", STEM)
green = make("green", f"{STEM}__green")

if __name__ == "__main__":
    blue.test(logical_date=None)
