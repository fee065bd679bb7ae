"""Load the stock with an operator that stops when it is told to; ``__function`` cannot.

The param ``seconds`` says how long the load takes.
"""

import logging
import time
from datetime import timedelta

import pendulum
from airflow.sdk import BaseOperator, Param, dag, task

log = logging.getLogger(__name__)

STEM = "16_06_03_clearing_tasks_subtask_3"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.6"],
    "params": {"seconds": Param(1, type="integer", minimum=0)},
    "default_args": {"retries": 1, "retry_delay": timedelta(seconds=1)},
}


# --8<-- [start:answer]
class LoadStock(BaseOperator):
    stopped = False

    def on_kill(self):
        self.stopped = True

    def execute(self, context):
        try:
            for _ in range(context["params"]["seconds"]):
                if self.stopped:
                    raise RuntimeError("told to stop")
                time.sleep(1)
            # --8<-- [end:answer]
            return "loaded"
        finally:
            log.info("finally: the connection is closed")


@task
def report(loaded: str) -> str:
    return f"the stock is {loaded}"


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def stock():
    report(LoadStock(task_id="load").output)


@dag(dag_id=f"{STEM}__function", **COMMON)
def stock_by_function():
    # --8<-- [start:function]
    @task
    def load(params) -> str:
        try:
            for _ in range(params["seconds"]):
                time.sleep(1)
            return "loaded"
        finally:
            log.info("finally: the connection is closed")

    # --8<-- [end:function]

    report(load())


stock_dag = stock()
stock_by_function()

if __name__ == "__main__":
    stock_dag.test()
