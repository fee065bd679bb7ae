"""Load the files that wait in a folder when an asset event says that one has come."""

import tempfile
import time
from pathlib import Path

import pendulum
from airflow.sdk import DAG, Asset, task

INBOX = Path(tempfile.gettempdir(), "orders_inbox")
ORDERS = Asset("orders_csv")


# --8<-- [start:answer]
@task
def load() -> list[str]:
    files = sorted(INBOX.glob("*.csv"))  # all that wait, whatever the events say
    for file in files:
        file.rename(file.with_suffix(".loaded"))
    return [file.name for file in files]


# --8<-- [end:answer]


# --8<-- [start:report]
@task
def report(files: list[str], params=None, triggering_asset_events=None) -> dict:
    time.sleep(params["seconds"])  # a slow mail server
    events = triggering_asset_events.get(ORDERS, [])  # in any order
    numbers = sorted(event.extra.get("n", 0) for event in events)
    return {"events": numbers, "files": files}


# --8<-- [end:report]

with DAG(
    "16_09_06_max_active_runs_subtask_6",
    doc_md=__doc__,
    schedule=[ORDERS],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["reference", "control", "beginner", "success", "16.9"],
    params={"seconds": 0},
) as sales:
    report(load())

if __name__ == "__main__":
    sales.test(logical_date=None)
