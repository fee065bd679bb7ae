"""Change the pace of a running backfill, and free the runs that a cancel left behind.

A backfill can be paused and cancelled, but its ``max_active_runs`` is fixed when it is
created. This DAG sets another pace: it cancels, ends the runs that nobody would start
any more, waits for those that are under way, and creates the backfill of the rest.
"""

import logging
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

METER = "16_03_04_backfill_runs_subtask_4__meter"
TAGS = ["reference", "control", "beginner", "success", "16.3"]
FIRST, LAST = "2026-05-01T00:00:00Z", "2026-05-06T00:00:00Z"

# Stands of the meter in kWh, each at midnight, from the first of May.
STANDS = [48210, 48231, 48249, 48270, 48302, 48336, 48352, 48371, 48395, 48431, 48470]
CENTS = {"weekday": 31, "weekend": 24}


# --8<-- [start:meter]
def cost(day: date) -> dict:
    """Return what a day consumed and what that costs."""
    n = (day - date(2026, 5, 1)).days
    kwh = STANDS[n + 1] - STANDS[n]
    return {
        "kwh": kwh,
        "cents": kwh * CENTS["weekend" if is_weekend(day) else "weekday"],
    }


def is_weekend(day: date) -> bool:
    return day.isoweekday() > 5


@dag(
    dag_id=METER,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 5, 10, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=TAGS,
    params={"folder": Param("", type="string")},
)
def meter():
    @task.sensor(poke_interval=0.5, timeout=600)
    def complete(logical_date, params) -> bool:
        """Wait for the mark that the grid operator puts beside a complete day."""
        if not params["folder"]:
            return True
        return Path(params["folder"], f"{logical_date:%Y-%m-%d}.complete").exists()

    @task
    def consumption(logical_date) -> dict:
        return cost(logical_date.date())

    complete() >> consumption()


# --8<-- [end:meter]


def api() -> httpx.Client:
    """Return a client of the server that connection ``airflow_api`` names."""
    access = Connection.get("airflow_api")
    base = f"{access.schema}://{access.host}:{access.port}"
    account = {"username": access.login, "password": access.password}
    token = httpx.post(f"{base}/auth/token", json=account).raise_for_status().json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return httpx.Client(base_url=f"{base}/api/v2", headers=headers)


def checked(answer: httpx.Response) -> dict:
    """Return a good answer; fail for good on a refusal, which no retry changes."""
    if answer.is_client_error:
        raise AirflowFailException(f"{answer.status_code} {answer.json()['detail']}")
    return answer.raise_for_status().json()


def backfills(client: httpx.Client) -> list[dict]:
    """Return the backfills of the meter, the newest first."""
    query = {"dag_id": METER, "order_by": "-id"}
    return checked(client.get("/backfills", params=query))["backfills"]


def backfill_runs(client: httpx.Client, params: dict, *states: str) -> list[dict]:
    """Return the backfill runs in the range that are in one of the states."""
    query = {
        "run_type": "backfill",
        "logical_date_gte": params["from_date"],
        "logical_date_lte": params["to_date"],
        "state": states,
        "order_by": "logical_date",
    }
    return checked(client.get(f"/dags/{METER}/dagRuns", params=query))["dag_runs"]


# --8<-- [start:cancel]
def cancel(client: httpx.Client, backfill: int) -> bool:
    """Cancel a backfill; tell whether it was still open."""
    answer = client.put(f"/backfills/{backfill}/cancel")
    if answer.status_code == 409:
        log.info("backfill %d was over already", backfill)
        return False
    checked(answer)
    return True


# --8<-- [end:cancel]


# --8<-- [start:stranded]
def stranded(run: dict, known: list[dict]) -> bool:
    """Tell whether nobody will start a queued run: its backfill is over, and paused.

    A run does not say which backfill it belongs to. It is the newest that covers its
    date, because there is never more than one open backfill of a DAG.
    """
    day = run["logical_date"]
    owner = next((b for b in known if b["from_date"] <= day <= b["to_date"]), None)
    return bool(owner and owner["completed_at"] and owner["is_paused"])


# --8<-- [end:stranded]


@dag(
    dag_id="16_03_04_backfill_runs_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=TAGS,
    params={
        "from_date": Param(FIRST, type="string"),
        "to_date": Param(LAST, type="string"),
        "max_active_runs": Param(2, type="integer", minimum=1),
        "run_backwards": False,
    },
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
)
def pace():
    @task
    def stop() -> list[int]:
        with api() as client:
            still_open = [b["id"] for b in backfills(client) if not b["completed_at"]]
            return [number for number in still_open if cancel(client, number)]

    # --8<-- [start:rescue]
    @task
    def find_stranded(params) -> list[str]:
        with api() as client:
            known = backfills(client)
            queued = backfill_runs(client, params, "queued")
        return [run["dag_run_id"] for run in queued if stranded(run, known)]

    @task
    def release(name: str) -> str:
        path = f"/dags/{METER}/dagRuns/{quote(name)}"
        change = {"state": "failed", "note": "its backfill was cancelled"}
        with api() as client:
            return checked(client.patch(path, json=change))["state"]

    # --8<-- [end:rescue]

    # --8<-- [start:restart]
    @task.sensor(poke_interval=0.5, timeout=3600, trigger_rule="none_failed")
    def drained(params) -> bool:
        with api() as client:
            running = backfill_runs(client, params, "running")
        log.info("%d runs of the old backfill are under way", len(running))
        return not running

    @task
    def start(params) -> dict:
        body = {"dag_id": METER, "reprocess_behavior": "failed", **params}
        with api() as client:
            made = checked(client.post("/backfills", json=body))
        return {key: made[key] for key in ("max_active_runs", "reprocess_behavior")}

    # --8<-- [end:restart]

    @task
    def overview(params) -> dict[str, str]:
        with api() as client:
            runs = backfill_runs(client, params)
        return {run["logical_date"][:10]: run["state"] for run in runs}

    found = find_stranded()
    stop() >> found
    release.expand(name=found) >> drained() >> start() >> overview()


meter()
pace_dag = pace()

if __name__ == "__main__":
    pace_dag.test(logical_date=None)
