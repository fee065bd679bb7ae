"""Create a backfill once, however often somebody asks, and know its runs again.

A film festival is over, and the box office wants a file of takings for each of its
four days. This DAG asks Airflow for the backfill, takes over the same one when it is
there already, finds the runs that belong to it, and waits unless nobody runs them.
"""

import csv
import logging
import tempfile
from datetime import timedelta
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import Connection, Param, PokeReturnValue, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

STEM = "16_03_02_backfill_runs_subtask_2"
TAKINGS = f"{STEM}__takings"
TAGS = ["reference", "control", "beginner", "success", "16.3"]
FIRST = pendulum.datetime(2026, 3, 12, tz="UTC")
LAST = pendulum.datetime(2026, 3, 15, tz="UTC")
SEATS = {
    "2026-03-12": {"Opening night": 310},
    "2026-03-13": {"Short films": 120, "The lighthouse": 95},
    "2026-03-14": {"The lighthouse": 180, "Night train": 240},
    "2026-03-15": {"Closing night": 305, "Short films": 88},
}


# --8<-- [start:errors]
class BusyError(Exception):
    """Not now: somebody else is at it, and the task's next try may find them gone."""


def checked(answer: httpx.Response) -> dict:
    """Return the JSON of a good answer; tell what passes from what stays."""
    if answer.is_server_error:
        raise BusyError(f"{answer.status_code} {answer.text}")
    if answer.is_client_error:
        raise AirflowFailException(f"{answer.status_code} {answer.json()['detail']}")
    return answer.json()


# --8<-- [end:errors]


def api() -> httpx.Client:
    """Return a client that is logged in to the server of ``airflow_api``."""
    conn = Connection.get("airflow_api")
    base = f"{conn.schema}://{conn.host}:{conn.port}"
    account = {"username": conn.login, "password": conn.password}
    token = checked(httpx.post(f"{base}/auth/token", json=account))["access_token"]
    sent = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=base, headers=sent, timeout=60)


def instant(text: str) -> str:
    """Return a date or a time with an offset; without one it is meant in UTC."""
    return pendulum.parse(text).isoformat()


# --8<-- [start:create]
def create(client: httpx.Client, body: dict) -> dict:
    """Create the backfill, or find the very same one at work."""
    answer = client.post("/api/v2/backfills", json=body)
    if answer.status_code == 409:
        return {"id": at_work(client, body), "created": False}
    return {"id": checked(answer)["id"], "created": True}


# --8<-- [end:create]


# --8<-- [start:at-work]
def at_work(client: httpx.Client, body: dict) -> int:
    """Return the id of the DAG's backfill if it is the one that ``body`` asks for."""
    newest = {"dag_id": body["dag_id"], "order_by": "-id", "limit": 1}
    [there] = checked(client.get("/api/v2/backfills", params=newest))["backfills"]
    differs = [key for key in body if value(there, key) != value(body, key)]
    if there["completed_at"] or differs:
        told = f"{there['from_date']} to {there['to_date']}"
        raise BusyError(f"backfill {there['id']}, {told}, differs: {differs}")
    log.info("backfill %d is at work already", there["id"])
    return there["id"]


def value(body: dict, key: str):
    """Return a field to compare: one instant has many spellings."""
    return pendulum.parse(body[key]) if key.endswith("_date") else body[key]


# --8<-- [end:at-work]


# --8<-- [start:runs]
def runs_of(client: httpx.Client, params: dict) -> list[dict]:
    """Return the runs of a backfill: by type and range, for they carry no number."""
    asked = {
        "run_type": "backfill",
        "logical_date_gte": instant(params["from_date"]),
        "logical_date_lte": instant(params["to_date"]),
        "order_by": "logical_date",
        "limit": 100,
    }
    path = f"/api/v2/dags/{params['dag_id']}/dagRuns"
    return checked(client.get(path, params=asked))["dag_runs"]


# --8<-- [end:runs]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=FIRST,
    catchup=False,
    tags=TAGS,
    params={
        "dag_id": Param(TAKINGS, type="string"),
        "from_date": Param("2026-03-12", type="string"),
        "to_date": Param("2026-03-15", type="string"),
        "at_once": Param(2, type="integer", minimum=1),
        "conf": Param({"cents": 950}, type="object"),
    },
    default_args={"retries": 2, "retry_delay": timedelta(seconds=1)},
)
def box_office():
    @task(task_id="create")
    def create_backfill(params=None) -> dict:
        body = {key: instant(params[key]) for key in ("from_date", "to_date")}
        body |= {"dag_id": params["dag_id"], "max_active_runs": params["at_once"]}
        body["dag_run_conf"] = params["conf"]
        with api() as client:
            return create(client, body)

    # --8<-- [start:inspect]
    @task
    def inspect(params=None) -> list[dict]:
        shown = ("dag_run_id", "run_type", "triggered_by", "triggering_user_name")
        with api() as client:
            return [
                {key: run[key] for key in (*shown, "conf")}
                for run in runs_of(client, params)
            ]

    # --8<-- [end:inspect]

    # --8<-- [start:paused]
    @task.short_circuit
    def somebody_runs_them(params=None) -> bool:
        with api() as client:
            target = checked(client.get(f"/api/v2/dags/{params['dag_id']}"))
        if target["is_paused"]:
            log.warning("%s is paused: its runs stay queued", params["dag_id"])
        return not target["is_paused"]

    # --8<-- [end:paused]

    # --8<-- [start:finished]
    @task.sensor(poke_interval=1, timeout=600)
    def finished(params=None) -> PokeReturnValue:
        with api() as client:
            runs = runs_of(client, params)
        states = {run["logical_date"][:10]: run["state"] for run in runs}
        if not {"queued", "running"}.isdisjoint(states.values()):
            return PokeReturnValue(is_done=False)
        return PokeReturnValue(is_done=True, xcom_value=states)

    # --8<-- [end:finished]

    create_backfill() >> inspect() >> somebody_runs_them() >> finished()


# --8<-- [start:takings]
@dag(
    dag_id=TAKINGS,
    schedule="@daily",
    start_date=FIRST,
    end_date=LAST,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
    params={
        "cents": Param(900, type="integer", minimum=1),
        "folder": Param("", type="string"),
    },
)
def takings():
    @task
    def write_day(logical_date, params=None) -> dict:
        day = logical_date.to_date_string()
        if day not in SEATS:
            raise AirflowFailException(f"there was no festival on {day}")
        rows = [(film, n, n * params["cents"]) for film, n in SEATS[day].items()]
        target = Path(params["folder"] or tempfile.gettempdir()) / f"takings-{day}.csv"
        with target.open("w", newline="") as file:
            csv.writer(file).writerows([("film", "seats", "cents"), *rows])
        return {"file": target.name, "cents": sum(cents for _, _, cents in rows)}

    write_day()


# --8<-- [end:takings]

office = box_office()
takings()

if __name__ == "__main__":
    office.test(logical_date=None)
