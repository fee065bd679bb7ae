"""Wait for the partner's API, with a timeout in the wrong place and in the right one.

The limits are seconds here so that you can watch them; take minutes in real life.
"""

import logging
import time
from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

log = logging.getLogger(__name__)

BAD = "16_12_05_timeout_configuration_mistakes"
TAGS = ["anti-pattern", "control", "intermediate", "warning", "16.12"]


@task
def report(amounts: list[int], dag=None) -> None:
    level = logging.INFO if dag.dagrun_timeout else logging.WARNING
    log.log(level, "%d sold, dagrun_timeout: %s", sum(amounts), dag.dagrun_timeout)


# --8<-- [start:bad]
@dag(
    dag_id=BAD,
    schedule=None,
    default_args={"dagrun_timeout": timedelta(seconds=1)},  # no effect
    # --8<-- [end:bad]
    doc_md=__doc__,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
)
def unlimited():
    @task
    def extract() -> list[int]:
        time.sleep(2)
        return [20, 22]

    report(extract())


@dag(
    dag_id=f"{BAD}__fixed",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
    params={"seconds": 0},
    # --8<-- [start:answer]
    schedule=None,
    dagrun_timeout=timedelta(minutes=10),  # the whole run
    default_args={
        "execution_timeout": timedelta(seconds=3),  # each try of each task
        "retries": 1,
        "retry_delay": timedelta(seconds=1),
    },
    # --8<-- [end:answer]
)
def limited():
    @task
    def extract(params=None, ti=None) -> list[int]:
        if ti.try_number == 1:
            time.sleep(params["seconds"])  # the API answers late, once
        return [20, 22]

    report(extract())


bad = unlimited()
limited()

if __name__ == "__main__":
    bad.test(logical_date=None)
