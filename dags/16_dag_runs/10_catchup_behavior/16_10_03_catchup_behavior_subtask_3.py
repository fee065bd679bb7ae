"""Skip a run that starts too late, such as the first one after a pause.

The offers are valid for a minute. After a pause Airflow starts the newest scheduled
time that was missed; ``on_time`` skips the rest of that run.
"""

import logging

import pendulum
from airflow.sdk import DAG, task

log = logging.getLogger(__name__)

STEM = "16_10_03_catchup_behavior_subtask_3"


# --8<-- [start:answer]
@task.short_circuit
def on_time(dag_run=None) -> bool:
    late = pendulum.now("UTC") - dag_run.run_after
    return late.total_seconds() < 30


# --8<-- [end:answer]


@task
def load() -> list[str]:
    return ["cup 4.00", "plate 7.00"]


@task
def report(offers: list[str]) -> int:
    log.info("%d offers sent", len(offers))
    return len(offers)


with DAG(
    STEM,
    schedule="* * * * *",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    catchup=False,
    doc_md=__doc__,
    tags=["reference", "control", "beginner", "success", "16.10"],
) as minute_offers:
    offers = load()
    on_time() >> offers
    report(offers)

if __name__ == "__main__":
    minute_offers.test()
