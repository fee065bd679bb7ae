"""Pause or unpause a DAG through the REST API, and know that it happened.

A task has no other way: the metadata database is closed to it, and the Task SDK reads
``is_paused`` but does not set it. So the task is a client of PATCH /dags/{dag_id}. It
logs in, writes only when there is something to change, and reads back what it wrote.
"""

import logging
from datetime import date, timedelta

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

REMINDERS = "62_01_04_api_pause__reminders"
INVOICES = [
    {"number": "R-201", "due": "2026-03-31", "amount": 480.00},
    {"number": "R-214", "due": "2026-04-17", "amount": 120.50},
    {"number": "R-230", "due": "2026-05-01", "amount": 75.00},
    {"number": "R-231", "due": "2026-05-15", "amount": 310.00},
]
# --8<-- [start:refused]
HELP = {
    400: "the update mask may name is_paused and nothing else",
    401: "no token, or one that has ended: check connection airflow_api",
    403: "this user may not change the DAG, or the token is damaged",
    404: "there is no such DAG",
    422: 'the body must be {"is_paused": true} or {"is_paused": false}',
}


def checked(answer: httpx.Response) -> dict:
    """Return the body of a good answer.

    Raises:
        AirflowFailException: the request itself is wrong, and will be in a minute too.
        httpx.HTTPStatusError: something else, such as 503, that a retry may cure.
    """
    if advice := HELP.get(answer.status_code):
        detail = answer.json()["detail"]
        raise AirflowFailException(f"{answer.status_code} {detail}: {advice}")
    return answer.raise_for_status().json()


# --8<-- [end:refused]


# --8<-- [start:login]
def api() -> httpx.Client:
    """Return a client that is logged in as the user of connection ``airflow_api``."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    token = checked(httpx.post(f"{server}/auth/token", json=login))["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


# --8<-- [end:login]


@dag(
    dag_id="62_01_04_api_pause",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "core", "intermediate", "success", "62.1"],
    # --8<-- [start:params]
    params={
        "dag_id": Param(REMINDERS, type="string", pattern=r"^[\w.-]+$"),
        "is_paused": Param(True, type="boolean"),
    },
    # --8<-- [end:params]
    default_args={
        "owner": "finance",
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def switch():
    # --8<-- [start:set-paused]
    @task
    def set_paused(params=None):
        """Bring the DAG into the wanted state; return the state before and after."""
        dag_id, wanted = params["dag_id"], params["is_paused"]
        with api() as client:
            was = checked(client.get(f"/dags/{dag_id}"))["is_paused"]
            if was == wanted:
                log.info("%s: is_paused is %s already", dag_id, wanted)
                return {"was": was, "is_paused": was}
            mask, body = {"update_mask": "is_paused"}, {"is_paused": wanted}
            answer = checked(client.patch(f"/dags/{dag_id}", params=mask, json=body))
        log.info("%s: set is_paused to %s", dag_id, wanted)
        return {"was": was, "is_paused": answer["is_paused"]}

    # --8<-- [end:set-paused]

    # --8<-- [start:read-back]
    @task
    def read_back(params=None) -> bool:
        """Return ``is_paused`` as it is now, and fail when it is not as wanted."""
        dag_id, wanted = params["dag_id"], params["is_paused"]
        last = {"dag_id": dag_id, "event": "patch_dag", "order_by": "-when", "limit": 1}
        with api() as client:
            found = checked(client.get(f"/dags/{dag_id}"))["is_paused"]
            logged = checked(client.get("/eventLogs", params=last))["event_logs"]
        for entry in logged:
            log.info("last request by %s: %s", entry["owner"], entry["extra"])
        if found != wanted:
            raise AirflowFailException(f"is_paused is {found}, wanted {wanted}")
        return found

    # --8<-- [end:read-back]

    set_paused() >> read_back()


# --8<-- [start:target]
@dag(
    dag_id=REMINDERS,
    schedule="0 7 * * MON-FRI",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=False,
    tags=["reference", "core", "intermediate", "success", "62.1"],
)
# --8<-- [end:target]
def reminders():
    @task
    def overdue(dag_run=None) -> list[str]:
        """Return one line for each invoice that was due before the day of the run."""
        today = dag_run.run_after.date()
        late = [(today - date.fromisoformat(i["due"]), i) for i in INVOICES]
        return [
            f"{i['number']}: {i['amount']:.2f}, {by.days} days late"
            for by, i in late
            if by.days > 0
        ]

    overdue()


pausing = switch()
reminders()

if __name__ == "__main__":
    pausing.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
