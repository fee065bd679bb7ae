"""Let a new DAG wait for its next scheduled time instead of running at once.

The DAG has no ``start_date``, so its timetable decides about the first run. The second
DAG has a ``start_date`` in the past and runs as soon as it is unpaused.
"""

import logging
from datetime import timedelta

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, task

log = logging.getLogger(__name__)

STEM = "16_10_02_catchup_behavior_subtask_2"
TAGS = ["reference", "control", "beginner", "success", "16.10"]


@task
def extract() -> list[str]:
    return ["A-1", "A-2", "A-3"]


@task
def load(orders: list[str]) -> int:
    log.info("%d orders loaded", len(orders))
    return len(orders)


# --8<-- [start:answer]
with DAG(
    STEM,
    schedule=CronTriggerTimetable(
        "0 6 * * *", timezone="UTC", run_immediately=timedelta(minutes=5)
    ),
    start_date=None,  # the default
    catchup=False,
    doc_md=__doc__,
    tags=TAGS,
) as waits:
    load(extract())
# --8<-- [end:answer]

with DAG(
    f"{STEM}__with_start",
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
):
    load(extract())

if __name__ == "__main__":
    waits.test()
