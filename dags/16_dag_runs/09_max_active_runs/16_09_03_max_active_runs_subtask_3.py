"""Load the orders of four regions, with a limit for all tasks and one for ``load``."""

import time

import pendulum
from airflow.sdk import DAG, task

REGIONS = ["north", "south", "east", "west"]


@task
def extract(region: str, params=None) -> str:
    time.sleep(params["seconds"])
    return f"orders-{region}.csv"


# --8<-- [start:answer]
@task(max_active_tis_per_dag=1)  # one load at a time, over all runs of this DAG
def load(region: str, params=None) -> str:
    time.sleep(params["seconds"])
    return f"{region} loaded"


# --8<-- [end:answer]


with DAG(
    "16_09_03_max_active_runs_subtask_3",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # --8<-- [start:limits]
    max_active_runs=2,  # runs at a time
    max_active_tasks=2,  # tasks at a time, in each run
    # --8<-- [end:limits]
    tags=["reference", "control", "beginner", "success", "16.9"],
    params={"seconds": 0},
) as sales:
    extract.expand(region=REGIONS) >> load.expand(region=REGIONS)

if __name__ == "__main__":
    sales.test(logical_date=None)
