"""Find out which states of a DAG were set by hand, by whom, and why.

The audit log of Airflow keeps every request to mark or to clear. This DAG puts these
requests beside what the tasks have reported themselves and beside the states of today.
It fails when a change has no note, when a task is a success that nobody has reported,
and when a run is green over a task that is red.
"""

import json
import logging
from collections.abc import Iterator

import httpx
import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

BOOKS = "16_07_06_marking_success_failure_subtask_6__books"
TAGS = ["reference", "control", "beginner", "failure", "16.7"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
PATIENCE = 30  # seconds; an API server under load answers late
PAGE = 100  # the API gives no more at once

LEDGER = {"march": [1250, -400, 315], "april": [980, -120], "may": [640]}  # cents
BANK = {"march": 1162, "april": 860, "may": 640}

# --8<-- [start:requests]
MARKS = {  # which field of the request has the state that somebody wants
    "patch_task_instance": "new_state",
    "patch_task_group_instances": "new_state",
    "patch_dag_run": "state",
    "bulk_dag_runs": "state",
}
CLEARS = ["post_clear_task_instances", "clear_dag_run", "clear_dag_runs"]
COMMANDS = ["cli_task_clear", "cli_dag_clear"]
RED = ["failed", "upstream_failed"]
REPORTS = ["running", "success", "failed", "skipped"]  # written by the task itself
# --8<-- [end:requests]


# --8<-- [start:books]
@dag(dag_id=BOOKS, schedule=None, start_date=START, catchup=False, tags=TAGS)
def books():
    @task
    def reconcile(dag_run) -> int:
        """Compare the ledger with the bank, to the cent."""
        balance = sum(LEDGER[dag_run.run_id])
        if gap := balance - BANK[dag_run.run_id]:
            raise AirflowFailException(f"{gap} cents are not at the bank")
        return balance

    @task
    def close(dag_run) -> str:
        return f"{dag_run.run_id} is closed"

    reconcile() >> close() >> EmptyOperator(task_id="done")


# --8<-- [end:books]


def api() -> httpx.Client:
    """Return a client that is logged in as the user of connection ``airflow_api``."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login, timeout=PATIENCE)
    token = answer.raise_for_status().json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer, timeout=PATIENCE)


def pages(client: httpx.Client, path: str, field: str, **query) -> list[dict]:
    rows: list[dict] = []
    while True:
        page = {**query, "limit": PAGE, "offset": len(rows)}
        found = client.get(path, params=page).raise_for_status().json()[field]
        rows += found
        if not found:
            return rows


def place(run: str, task: str | list | None, index: int | str = -1) -> str:
    """Name a run, or one of its task instances."""
    if isinstance(task, list):  # as a clear names a mapped instance
        task, index = task
    return f"{run} {task}[{index}]".removesuffix("[-1]") if task else run


# --8<-- [start:asked]
def asked(event: dict) -> Iterator[dict]:
    """Yield what a request asks for: nothing, one thing, or in bulk several."""
    name, extra = event["event"], json.loads(event["extra"] or "{}")
    bodies = [extra]
    if name == "bulk_dag_runs":
        updates = [one for one in extra["actions"] if one["action"] == "update"]
        bodies = [entity for one in updates for entity in one["entities"]]
    elif name == "clear_dag_runs":  # the only one whose dry run is in the log
        bodies = [] if extra.get("dry_run", True) else extra.get("dag_runs", [])
    elif name == "post_clear_task_instances":
        bodies = [{"task_id": one} for one in extra.get("task_ids") or [None]]
    for body in bodies:
        run = body.get("dag_run_id") or event["run_id"] or "?"
        task = event["task_id"] or body.get("task_id") or body.get("group_id")
        yield {
            "run": run,
            "where": place(run, task, body.get("map_index", -1)),
            "to": body.get(MARKS[name]) if name in MARKS else "cleared",
            "by": event["owner"],
            "note": body.get("note") or extra.get("note"),
        }


# --8<-- [end:asked]


# --8<-- [start:history]
def history(events: list[dict]) -> tuple[list[dict], dict[str, str]]:
    """Return the changes by hand, and what was said last about each place.

    Args:
        events: of one DAG, oldest first.
    """
    last: dict[str, str] = {}
    changes = []
    for event in events:
        if event["event"] in REPORTS:
            where = place(event["run_id"], event["task_id"], event["map_index"])
            last[where] = event["event"]
            continue
        for one in asked(event):
            changes.append(one | {"from": last.get(one["where"])})
            if one["to"]:
                last[one["where"]] = one["to"]
    later: dict[str, str] = {}
    for one in reversed(changes):  # a note may be written afterwards
        if not one["to"] and one["note"]:
            later[one["run"]] = one["note"]
        one["note"] = one["note"] or later.get(one["run"])
    return [one for one in changes if one["to"]], last


# --8<-- [end:history]


# --8<-- [start:doubts]
def doubts(
    changes: list[dict], last: dict[str, str], runs: list[dict], tasks: list[dict]
) -> list[str]:
    """Return what somebody has to answer for."""
    found = [
        f"{one['where']}: {one['to']} by {one['by']}, without a note"
        for one in changes
        if not one["note"]
    ]
    red = {one["dag_run_id"] for one in tasks if one["state"] in RED}
    for run in runs:
        name, state = run["dag_run_id"], run["state"]
        if state == "success" and name in red:
            found.append(f"{name}: success, over a task that has failed")
        if state == "failed" != last.get(name) and name not in red:
            found.append(f"{name}: failed, but the log says {last.get(name)}")
    for one in tasks:
        where = place(one["dag_run_id"], one["task_id"], one["map_index"])
        if one["state"] != "success" or one["operator"] == "EmptyOperator":
            continue  # such a task is ended by the scheduler, and reports nothing
        if last.get(where) != "success":
            found.append(f"{where}: success, but the log says {last.get(where)}")
    return sorted(found)


# --8<-- [end:doubts]


@dag(
    dag_id="16_07_06_marking_success_failure_subtask_6",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"dag_id": Param(BOOKS, type="string", pattern=r"^[\w.-]+$")},
)
def audit():
    # --8<-- [start:steps]
    @task
    def read_log(params) -> dict:
        """Return the changes by hand, and what was said last about each place."""
        query = {"dag_id": params["dag_id"], "order_by": "event_log_id"}
        query["included_events"] = [*REPORTS, *MARKS, *CLEARS, *COMMANDS]
        with api() as client:
            events = pages(client, "/eventLogs", "event_logs", **query)
        changes, last = history(events)
        return {"changes": changes, "last": last}

    @task
    def compare(said: dict, params) -> list[str]:
        """Put the log beside the states of today."""
        runs = f"/dags/{params['dag_id']}/dagRuns"
        with api() as client:
            here = pages(client, runs, "dag_runs", order_by="id")
            path = f"{runs}/~/taskInstances"
            tasks = pages(client, path, "task_instances", order_by="id")
        return doubts(said["changes"], said["last"], here, tasks)

    @task
    def report(said: dict, found: list[str]) -> int:
        for one in said["changes"]:
            log.info("%(where)s: %(from)s to %(to)s by %(by)s: %(note)s", one)
        if found:
            raise AirflowFailException("; ".join(found))
        return len(said["changes"])

    # --8<-- [end:steps]

    said = read_log()
    report(said, compare(said))


books()
auditing = audit()

if __name__ == "__main__":
    auditing.test(logical_date=pendulum.datetime(2026, 6, 1, tz="UTC"))
