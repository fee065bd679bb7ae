"""Limit each try of a task with execution_timeout.

The sales database hangs at the first try of ``load`` and answers at the second. The
second DAG gives up after the first timeout, whatever retries are left.
"""

import logging
import time
from datetime import timedelta

import pendulum
from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, dag, task
from airflow.sdk.exceptions import AirflowTaskTimeout

log = logging.getLogger(__name__)

STEM = "16_08_02_dag_run_timeout_subtask_2"
TAGS = ["reference", "control", "beginner", "success", "16.8"]


@task
def extract() -> list[str]:
    return ["A-1", "A-2", "A-3"]


# --8<-- [start:answer]
@task(
    execution_timeout=timedelta(seconds=1),  # for each try
    retries=1,
    retry_delay=timedelta(seconds=1),
)
def load(orders: list[str], ti=None) -> int:
    try:
        time.sleep(30 if ti.try_number == 1 else 0)
    except Exception:
        log.warning("a timeout never gets here")
    return len(orders)


# --8<-- [end:answer]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # --8<-- [start:run]
    dagrun_timeout=timedelta(minutes=10),  # far above 1 s + 1 s + 1 s
    # --8<-- [end:run]
    tags=TAGS,
)
def sales():
    load(extract())


@dag(
    dag_id=f"{STEM}__fail_at_once",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
)
def fail_at_once():
    # --8<-- [start:policy]
    no_retry = ExceptionRetryPolicy(
        rules=[RetryRule(exception=AirflowTaskTimeout, action=RetryAction.FAIL)]
    )
    load.override(retry_policy=no_retry)(extract())
    # --8<-- [end:policy]


sales_dag = sales()
fail_at_once()

if __name__ == "__main__":
    sales_dag.test()
