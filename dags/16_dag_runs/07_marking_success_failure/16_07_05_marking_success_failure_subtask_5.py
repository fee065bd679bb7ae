"""A task decides its own state by the exception that it raises.

Each name in ``files`` stands for what the load finds: a good file, an empty one, a
broken one, one that is late, and a partner that is busy at the first try.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
)

STEM = "16_07_05_marking_success_failure_subtask_5"
FILES = ["good", "empty", "broken", "late", "busy"]
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "failure", "16.7"],
    "params": {"files": Param(FILES, type="array")},
}


@task
def files(params) -> list[str]:
    return params["files"]


# --8<-- [start:answer]
@task(retries=2, retry_delay=timedelta(seconds=1))
def load(file: str, ti, task_reschedule_count) -> str:
    if file == "empty":
        raise AirflowSkipException("no orders")
    if file == "broken":
        raise AirflowFailException("row 2 cannot be read")
    if file == "late" and task_reschedule_count == 0:
        raise AirflowRescheduleException(pendulum.now("UTC").add(seconds=5))
    if file == "busy" and ti.try_number == 1:
        raise ConnectionError("503 from the partner")
    return file


# --8<-- [end:answer]


@task
def report(loaded: list[str]) -> list[str]:
    return list(loaded)


# --8<-- [start:none-failed]
@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def five_files():
    report.override(trigger_rule="none_failed")(load.expand(file=files()))


# --8<-- [end:none-failed]


# --8<-- [start:fail-fast]
@dag(dag_id=f"{STEM}__fail_fast", fail_fast=True, **COMMON)
def stops_at_a_failure():
    report(load.expand(file=files()))


# --8<-- [end:fail-fast]

five = five_files()
stops_at_a_failure()

if __name__ == "__main__":
    five.test()
