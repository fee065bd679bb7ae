"""Open an incident when a run fails, and close it when a later run has succeeded.

Callbacks of a DAG are called once, when a run is over. Here they keep an incident book:
the first failure pages somebody, the next ones are counted, and the first run that did
its work closes the incident. They are given less than a task is, by another process.
"""

import json
import logging
import tempfile
from datetime import timedelta
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import Connection, Context, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

log = logging.getLogger(__name__)

TAGS = ["reference", "control", "beginner", "success", "16.5"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
TOLERANCE = 5  # cubic metres
READINGS = [
    {"name": "north", "before": 812, "in": 140, "out": 155, "after": 797},
    {"name": "south", "before": 430, "in": 95, "out": 88, "after": 434},
]


# --8<-- [start:book]
def read_book(dag_id: str) -> list[dict]:
    """Return the incident book of a DAG, oldest line first."""
    path = Path(tempfile.gettempdir()) / f"{dag_id}.incidents"
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def failing(book: list[dict]) -> list[str]:
    """Return the runs that have failed since an incident was last closed."""
    runs = []
    for line in book:
        if line["event"] == "closed":
            runs = []
        elif line["event"] == "failed" and line["run"] not in runs:
            runs.append(line["run"])
    return runs


# --8<-- [end:book]


# --8<-- [start:write]
def write(event: str, context: Context) -> None:
    """Add a line to the book, with the little that every callback is given."""
    ti = context.get("ti")
    line = {
        "event": event,
        "run": context["run_id"],
        "reason": context["reason"],
        "task": ti.task_id if ti else None,
    }
    dag_id = context["dag"].dag_id
    with (Path(tempfile.gettempdir()) / f"{dag_id}.incidents").open("a") as book:
        book.write(json.dumps(line) + "\n")
    log.info("%s: %s, last task %s", event, line["reason"], line["task"])


# --8<-- [end:write]


# --8<-- [start:failure]
def page(context: Context) -> None:
    """Call the person on duty, once for each incident."""
    if failing(read_book(context["dag"].dag_id)):
        return
    pager = Connection.get("pager")
    text = f"{context['dag'].dag_id} has failed: {context['reason']}"
    url = f"http://{pager.host}:{pager.port}/page"
    httpx.post(url, json={"text": text}, timeout=1).raise_for_status()


def on_failure(context: Context) -> None:
    """Write every failure into the book."""
    write("failed", context)


# --8<-- [end:failure]


# --8<-- [start:success]
def on_success(context: Context) -> None:
    """Close the incident, if one is open and a task of this run did something."""
    if not failing(read_book(context["dag"].dag_id)):
        return
    write("closed" if context.get("ti") else "still open", context)


# --8<-- [end:success]


# --8<-- [start:register]
CALLBACKS = {
    "on_failure_callback": [page, on_failure],
    "on_success_callback": on_success,
}


@dag(
    dag_id="16_05_04_dag_run_states_subtask_4",
    doc_md=__doc__,
    schedule="0 6 * * *",
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"readings": Param(READINGS, type="array")},
    **CALLBACKS,
)
# --8<-- [end:register]
def water_balance():
    @task
    def gauges(params) -> list[dict]:
        if not params["readings"]:
            raise AirflowSkipException("the gauges are off for maintenance")
        return params["readings"]

    # --8<-- [start:balance]
    @task
    def balance(reservoir: dict) -> int:
        """Return the cubic metres that the gauges cannot account for."""
        expected = reservoir["before"] + reservoir["in"] - reservoir["out"]
        lost = expected - reservoir["after"]
        if abs(lost) > TOLERANCE:
            raise AirflowFailException(f"{reservoir['name']}: {lost} m³ are missing")
        return lost

    # --8<-- [end:balance]

    @task
    def supplied(readings: list[dict]) -> int:
        return sum(reservoir["out"] for reservoir in readings)

    readings = gauges()
    balance.expand(reservoir=readings) >> supplied(readings)


# --8<-- [start:waits]
@dag(
    dag_id="16_05_04_dag_run_states_subtask_4__by_file",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    dagrun_timeout=timedelta(seconds=12),
    **CALLBACKS,
)
def by_file():
    @task.sensor(mode="reschedule", poke_interval=60, timeout=600)
    def gauge_file() -> bool:
        return (Path(tempfile.gettempdir()) / "gauges.csv").exists()

    # --8<-- [end:waits]

    @task
    def supplied() -> int:
        text = (Path(tempfile.gettempdir()) / "gauges.csv").read_text()
        return sum(int(line.split(",")[1]) for line in text.splitlines())

    gauge_file() >> supplied()


water_dag = water_balance()
by_file()

if __name__ == "__main__":
    water_dag.test(logical_date=pendulum.datetime(2026, 5, 1, 6, tz="UTC"))
