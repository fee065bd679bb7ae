"""Skip a run while another run of the DAG is still at work.

The second DAG has a schedule: with ``max_active_runs=1`` and ``catchup=False`` Airflow
itself drops the scheduled times that pass during a run.
"""

import time

import pendulum
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowSkipException

STEM = "16_09_04_max_active_runs_subtask_4"
START = pendulum.datetime(2026, 1, 1, tz="UTC")
TAGS = ["reference", "control", "beginner", "success", "16.9"]


# --8<-- [start:answer]
@task
def only_one(ti=None, dag_run=None) -> None:
    running = ti.get_dr_count(dag_id=dag_run.dag_id, states=["running"])
    if running > 1:  # this run counts, too
        raise AirflowSkipException(f"{running - 1} other run is at work")


# --8<-- [end:answer]


@task
def load(params=None) -> str:
    time.sleep(params["seconds"])  # a slow database
    return "orders loaded"


with DAG(
    STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=16,  # with 1, the second run would wait and not skip
    tags=TAGS,
    params={"seconds": 0},
) as sales:
    only_one() >> load()


# --8<-- [start:scheduled]
with DAG(
    f"{STEM}__scheduled",
    schedule="* * * * * */10",  # every 10 seconds
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=TAGS,
    params={"seconds": 25},
):
    load()
# --8<-- [end:scheduled]


if __name__ == "__main__":
    sales.test(logical_date=None)
