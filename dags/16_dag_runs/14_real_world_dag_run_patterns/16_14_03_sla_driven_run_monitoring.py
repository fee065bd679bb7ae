"""Tell the chat that a run is late, then call a phone; the run goes on.

The limits are seconds here so that you can watch them; take minutes in real life.
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback, dag, task

STEM = "16_14_03_sla_driven_run_monitoring"
ALERTS = Path(tempfile.gettempdir(), f"{STEM}.alerts")


# --8<-- [start:tell]
def tell(who: str, context: dict) -> None:
    """Write a line; yours sends a message."""
    run = context["dag_run"]  # a dict
    if run["state"] in ("queued", "running"):  # 3.3.2 tells of failed runs, too
        with ALERTS.open("a") as file:
            file.write(f"{who}: {run['dag_run_id']} is late and {run['state']}\n")


# --8<-- [end:tell]


# --8<-- [start:answer]
def late(who: str, seconds: int) -> DeadlineAlert:
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=seconds),
        callback=SyncCallback(tell, kwargs={"who": who}),
    )


LADDER = [late("chat", 20), late("phone", 40)]  # @dag(deadline=LADDER)
# --8<-- [end:answer]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    deadline=LADDER,
    tags=["real-world", "control", "intermediate", "success", "16.14"],
    params={"seconds": 0},
)
def sales():
    @task
    def load(params=None) -> int:
        time.sleep(params["seconds"])  # a slow database
        return 42

    @task
    def report(total: int) -> str:
        return f"sales: {total} EUR"

    report(load())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.deadline = None  # 3.3.2: test() fails at the end of a run with a deadline
    sales_dag.test(logical_date=None)
