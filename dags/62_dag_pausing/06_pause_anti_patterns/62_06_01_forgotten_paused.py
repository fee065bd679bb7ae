"""A load that was paused and forgotten, and a weekly DAG that finds such DAGs."""

import logging
from datetime import timedelta

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

BAD = "62_06_01_forgotten_paused"
TAGS = ["reference", "anti-pattern", "intermediate", "failure", "62.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
VENDOR_FILE = [{"day": "2026-01-31", "amount": 20}, {"day": "2026-02-01", "amount": 22}]
PAUSES = ["patch_dag", "cli_dag_pause", "paused"]


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


@dag(
    dag_id=BAD,
    doc_md=__doc__,
    schedule="@daily",
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def sales():
    # --8<-- [start:bad]
    @task
    def extract(dag_run=None) -> list[int]:
        newest = max(row["day"] for row in VENDOR_FILE)
        if newest < f"{dag_run.run_after - timedelta(days=2):%Y-%m-%d}":
            raise AirflowFailException(f"vendor_file is of {newest}")
        return [row["amount"] for row in VENDOR_FILE]

    # --8<-- [end:bad]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


@dag(
    dag_id=f"{BAD}__fixed",
    schedule="@weekly",
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"older_than_days": Param(14, type="integer", minimum=0)},
)
def audit():
    # --8<-- [start:answer]
    @task
    def find_paused() -> list[dict]:
        ask = {"included_events": PAUSES, "order_by": "-when", "limit": 1}
        found = []
        with api() as client:
            listed = client.get("/dags", params={"paused": True, "limit": 100})
            for one in listed.raise_for_status().json()["dags"]:
                of_dag = ask | {"dag_id": one["dag_id"]}
                rows = client.get("/eventLogs", params=of_dag).raise_for_status()
                pause = last_pause(rows.json()["event_logs"])
                found.append({"dag_id": one["dag_id"], **pause})
        return found

    # --8<-- [end:answer]

    # --8<-- [start:report]
    @task
    def report(found: list[dict], params=None, dag_run=None) -> list[dict]:
        limit = dag_run.run_after - timedelta(days=params["older_than_days"])
        day = limit.isoformat()  # sorts as text, like "since"
        old = [one for one in found if not one["since"] or one["since"] <= day]
        log.warning("forgotten: %s", [one["dag_id"] for one in old])
        return old

    # --8<-- [end:report]

    report(find_paused())


def last_pause(rows: list[dict]) -> dict:
    """Return since when and by whom; None if the log has no row of the pause."""
    if not rows or '"is_paused": false' in (rows[0]["extra"] or ""):
        return {"since": None, "by": None}
    return {"since": rows[0]["when"], "by": rows[0]["owner"]}


bad = sales()
audit()

if __name__ == "__main__":
    bad.test(logical_date=None)
