"""Trigger one run for each order; the second DAG runs two of them at a time."""

import time

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task

STEM = "16_09_02_max_active_runs_subtask_2"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.9"],
}


@task
def orders(params=None) -> list[dict]:
    seconds = params["seconds"]
    return [{"order": number, "seconds": seconds} for number in range(1, 6)]


@task
def load(params=None) -> str:
    time.sleep(params["seconds"])  # the partner's API takes two orders at a time
    return f"order {params['order']} loaded"


# --8<-- [start:answer]
with DAG(STEM, doc_md=__doc__, params={"seconds": 0}, **COMMON) as sales:
    TriggerDagRunOperator.partial(
        task_id="start", trigger_dag_id=f"{STEM}__order", logical_date=None
    ).expand(conf=orders())

order = {"order": 1, "seconds": 0}
with DAG(f"{STEM}__order", max_active_runs=2, params=order, **COMMON):
    load()
# --8<-- [end:answer]

if __name__ == "__main__":
    sales.test(logical_date=None)
