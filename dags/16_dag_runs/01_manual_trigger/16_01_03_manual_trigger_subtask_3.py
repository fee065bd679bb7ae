"""Start a run from a shell script, and rely on its exit code and its JSON.

The DAG writes one day of one region's sales anew, as often as it is asked to. It takes
the day from conf or from the logical date, never from the data interval, which
``airflow dags trigger`` sets to the moment of the call. The function ``trigger`` is the
script's side: one run per region and day, and an answer that a shell can branch on.
"""

import csv
import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

DAG_ID = "16_01_03_manual_trigger_subtask_3"
SALES = [
    {"id": 1, "region": "north", "day": "2026-05-01", "amount": "120.00"},
    {"id": 2, "region": "north", "day": "2026-05-01", "amount": "42.50"},
    {"id": 3, "region": "south", "day": "2026-05-01", "amount": "89.90"},
    {"id": 4, "region": "north", "day": "2026-05-02", "amount": "15.75"},
]
STARTED, EXISTS, REFUSED = 0, 3, 4


# --8<-- [start:script]
def trigger(region: str, day: str) -> tuple[int, str]:
    """Start the run of a region and day; return an exit code and a message.

    For a script on a machine that reaches the metadata database, not for a task.
    """
    command = [sys.executable, "-m", "airflow", "dags", "trigger", DAG_ID]
    command += ["--run-id", f"sales-{region}-{day}", "--output", "json"]
    command += ["--conf", json.dumps({"region": region, "day": day})]
    quiet = os.environ | {"AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
    return verdict(subprocess.run(command, env=quiet, capture_output=True, text=True))


# --8<-- [end:script]


# --8<-- [start:verdict]
def verdict(done: subprocess.CompletedProcess) -> tuple[int, str]:
    """Return what an answer of ``airflow dags trigger`` means to a script."""
    if done.returncode == 0:
        return STARTED, json.loads(done.stdout)[0]["dag_run_id"]
    last = re.findall(r"^\w[\w. ]*: .+", done.stderr, re.MULTILINE)[-1]
    error, _, message = last.partition(": ")
    return EXISTS if error.endswith("DagRunAlreadyExists") else REFUSED, message


# --8<-- [end:verdict]


# --8<-- [start:day]
def day_of(params: dict, logical_date: datetime | None) -> str:
    """Return the day to write: the one in conf, or else the one behind ``-l``."""
    if params["day"]:
        return params["day"]
    if logical_date:
        return logical_date.date().isoformat()
    raise AirflowFailException("no day: trigger with -l DAY, or with a day in conf")


# --8<-- [end:day]


# --8<-- [start:atomic]
def write_csv(path: Path, sales: Iterable[dict]) -> str:
    """Put the sales into ``path`` in one step, and return the SHA-256 of the file."""
    part = path.with_suffix(".part")
    with part.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "amount"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(sales)
    part.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --8<-- [end:atomic]


@dag(
    dag_id=DAG_ID,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["reference", "control", "beginner", "success", "16.1"],
    params={
        "region": Param("north", type="string", enum=["north", "south"]),
        "day": Param(None, type=["null", "string"], format="date"),
    },
)
def reprocess_sales():
    # --8<-- [start:plan]
    @task
    def plan(params, dag_run=None):
        unknown = sorted(set(dag_run.conf or {}) - {"region", "day"})
        if unknown:
            raise AirflowFailException(
                f"conf has {unknown}: it may have region and day"
            )
        return {"region": params["region"], "day": day_of(params, dag_run.logical_date)}

    # --8<-- [end:plan]

    @task
    def select_sales(wanted: dict) -> list[dict]:
        region, day = wanted["region"], wanted["day"]
        found = [s for s in SALES if s["region"] == region and s["day"] == day]
        log.info("%d sales in the %s on %s", len(found), region, day)
        return found

    @task
    def write_day(wanted: dict, sales: list[dict]):
        name = f"sales-{wanted['region']}-{wanted['day']}.csv"
        digest = write_csv(Path(tempfile.gettempdir()) / name, sales)
        return {"file": name, "rows": len(sales), "sha256": digest}

    wanted = plan()
    write_day(wanted, select_sales(wanted))


sales = reprocess_sales()

if __name__ == "__main__":
    sales.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
