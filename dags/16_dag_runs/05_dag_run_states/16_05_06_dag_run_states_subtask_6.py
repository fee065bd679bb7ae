"""Find out why a DAG has paused itself, and resume it once the cause is gone.

``max_consecutive_failed_dag_runs`` pauses a DAG after so many failures in a row, and
tells nobody. This DAG reads the history of another one: how many failures in a row, how
many are left, who paused it. It unpauses only what the scheduler has paused, and only
when the input that failed is good again.
"""

import logging
import re
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

log = logging.getLogger(__name__)

JOB = "16_05_06_dag_run_states_subtask_6__departures"
TAGS = ["reference", "control", "beginner", "success", "16.5"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
PAGE = 100  # the API gives no more at once
PATIENCE = 30  # seconds; an API server under load answers late


def feed() -> str:
    """Return the text of the bus company's file, empty when there is none."""
    path = Path(tempfile.gettempdir()) / "departures.csv"
    return path.read_text() if path.exists() else ""


# --8<-- [start:complaint]
def complaint(text: str) -> str:
    """Return the first thing that is wrong with a feed, empty when it is good."""
    last: dict[str, str] = {}
    for number, row in enumerate(text.splitlines(), 1):
        line, _, at = row.partition(",")
        if not re.fullmatch(r"\d\d:\d\d", at):
            return f"row {number}: {at!r} is no time"
        if at <= last.get(line, ""):
            return f"row {number}: line {line} leaves at {at}, after {last[line]}"
        last[line] = at
    return "" if last else "there are no departures"


# --8<-- [end:complaint]


# --8<-- [start:streak]
def streak(runs: list[dict], limit: int) -> dict:
    """Judge a history as the scheduler does when a task has failed a run.

    Args:
        runs: newest first by ``run_after``, however they began.
        limit: ``max_consecutive_failed_dag_runs``; 0 switches the check off.
    """
    states = [run["state"] for run in runs]
    over = [state for state in states if state in ("success", "failed")]
    failed = over.index("success") if "success" in over else len(over)
    newest = states[:limit]
    return {
        "failed": failed,
        "left": max(limit - failed, 0) if limit else None,
        "pauses": 0 < limit == newest.count("failed"),
        "hidden_by": sorted(set(newest) - {"failed"}) if 0 < limit <= failed else [],
    }


# --8<-- [end:streak]


# --8<-- [start:who]
def paused_by(events: list[dict]) -> str:
    """Return whose event has paused the DAG last; events come newest first."""
    for event in events:
        by_hand = '"is_paused": true' in (event["extra"] or "")
        if event["event"] == "paused" or event["event"] == "patch_dag" and by_hand:
            return event["owner"]
    return "nobody on record"


# --8<-- [end:who]


def api() -> httpx.Client:
    """Return a client that is logged in as the user of connection ``airflow_api``."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=PATIENCE)
    token = answer.raise_for_status().json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer, timeout=PATIENCE)


# --8<-- [start:job]
@dag(
    dag_id=JOB,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    max_active_runs=1,
    max_consecutive_failed_dag_runs=3,
)
def departures():
    @task
    def timetable() -> dict[str, int]:
        """Count the departures of each line."""
        text = feed()
        if found := complaint(text):
            raise AirflowFailException(found)
        return Counter(row.split(",")[0] for row in text.splitlines())

    timetable()


# --8<-- [end:job]


@dag(
    dag_id="16_05_06_dag_run_states_subtask_6",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "dag_id": Param(JOB, type="string", pattern=r"^[\w.-]+$"),
        "reason": Param("the feed was repaired", type="string", minLength=1),
    },
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
)
def resume_dag():
    # --8<-- [start:history]
    @task
    def history(params) -> dict:
        newest = {"order_by": ["-run_after", "-id"], "limit": PAGE}
        events = {"dag_id": params["dag_id"], "order_by": "-when", "limit": PAGE}
        with api() as client:
            this = client.get(f"/dags/{params['dag_id']}/details").raise_for_status()
            runs = client.get(f"/dags/{params['dag_id']}/dagRuns", params=newest)
            logged = client.get("/eventLogs", params=events).raise_for_status()
        runs = runs.raise_for_status().json()["dag_runs"]
        failed = [run["dag_run_id"] for run in runs if run["state"] == "failed"]
        found = {
            "is_paused": this.json()["is_paused"],
            "paused_by": paused_by(logged.json()["event_logs"]),
            "limit": this.json()["max_consecutive_failed_dag_runs"],
            "last_failed": failed[:1],
        }
        return found | streak(runs, found["limit"])

    # --8<-- [end:history]

    # --8<-- [start:warn]
    @task
    def warn(found: dict) -> str:
        """Say what neither a callback nor a metric says."""
        if found["is_paused"]:
            text = f"paused by {found['paused_by']}"
        elif found["hidden_by"]:
            text = f"not paused, because one is {', '.join(found['hidden_by'])}"
        else:
            text = f"{found['left']} more until it is paused"
        log.warning("%d failed in a row, %s", found["failed"], text)
        return text

    # --8<-- [end:warn]

    # --8<-- [start:resume]
    @task
    def resume(found: dict, params) -> str:
        """Unpause the DAG, and write into its last failed run why."""
        if not found["is_paused"]:
            raise AirflowSkipException("the DAG is not paused")
        if found["paused_by"] != "scheduler":
            raise AirflowFailException(f"paused by {found['paused_by']}: ask there")
        if problem := complaint(feed()):
            raise AirflowFailException(f"it would fail again: {problem}")
        this = f"/dags/{params['dag_id']}"
        note = f"resumed after {found['failed']} failures: {params['reason']}"
        with api() as client:
            for run in found["last_failed"]:
                path = f"{this}/dagRuns/{run}"
                client.patch(path, json={"note": note}).raise_for_status()
            client.patch(this, json={"is_paused": False}).raise_for_status()
        return note

    # --8<-- [end:resume]

    found = history()
    warn(found) >> resume(found)


departures()
resuming = resume_dag()

if __name__ == "__main__":
    resuming.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
