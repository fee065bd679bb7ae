"""Release a lock when a task, or its run, takes too long.

In the first DAG ``load`` has a limit of its own, so the teardown ``release`` runs. In
the second DAG only the run has a limit, and ``release`` is skipped.
"""

import logging
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import BaseOperator, Param, dag, setup, teardown

log = logging.getLogger(__name__)

STEM = "16_08_06_dag_run_timeout_subtask_6"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "dagrun_timeout": timedelta(seconds=40),
    "tags": ["reference", "control", "beginner", "success", "16.8"],
    "params": {"seconds": Param(1, type="number", description="how long load takes")},
}


def reserve(run_id) -> str:
    lock = Path(tempfile.gettempdir(), f"stock_{run_id}.lock")
    lock.touch()
    return str(lock)


# --8<-- [start:answer]
class LoadStock(BaseOperator):
    def execute(self, context):
        self.lock = Path(context["ti"].xcom_pull(task_ids="reserve"))
        try:
            time.sleep(context["params"]["seconds"])
        finally:
            log.info("finally")

    def on_kill(self):
        self.lock.unlink(missing_ok=True)  # or cancel the job
        log.info("on_kill")


# --8<-- [end:answer]


def release(lock: str) -> None:
    Path(lock).unlink(missing_ok=True)


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def sales():
    # --8<-- [start:task-limit]
    load = LoadStock(task_id="load", execution_timeout=timedelta(seconds=5))
    lock = setup(reserve)()
    lock >> load >> teardown(release)(lock)
    # --8<-- [end:task-limit]


@dag(dag_id=f"{STEM}__run_limit", **COMMON)
def run_limit():
    lock = setup(reserve)()
    lock >> LoadStock(task_id="load") >> teardown(release)(lock)


sales_dag = sales()
run_limit()

if __name__ == "__main__":
    sales_dag.test()
