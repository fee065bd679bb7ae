"""Pause the sales if the Variable ``pause_sales`` says so, and read the flag back."""

import logging

import httpx
import pendulum
from airflow.sdk import Connection, Variable, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

STEM = "62_08_04_automation_debug"
SALES = f"{STEM}__sales"
TAGS = ["reference", "debugging", "intermediate", "success", "62.8"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
log = logging.getLogger(STEM)


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def automation():
    @task.short_circuit
    def connected() -> bool:
        try:
            return bool(Connection.get("airflow_api"))
        except AirflowNotFoundException:
            return False

    @task
    def decide() -> bool:
        # --8<-- [start:answer]
        raw = Variable.get("pause_sales", default="false")
        wanted = raw.strip().lower() == "true"
        log.warning("raw=%r wanted=%r", raw, wanted)
        # --8<-- [end:answer]
        return wanted

    # --8<-- [start:verify]
    @task
    def apply(wanted: bool) -> None:
        with api() as client:
            answer = client.patch(f"/dags/{SALES}", json={"is_paused": wanted})
        answer.raise_for_status()

    @task
    def verify(wanted: bool) -> None:
        with api() as client:
            found = client.get(f"/dags/{SALES}").raise_for_status().json()
        if found["is_paused"] != wanted:
            raise AirflowFailException(f"wanted {wanted}, is {found['is_paused']}")

    # --8<-- [end:verify]

    wanted = decide()
    connected() >> wanted
    apply(wanted) >> verify(wanted)


@dag(dag_id=SALES, schedule=None, start_date=START, catchup=False, tags=TAGS)
def sales():
    @task
    def load() -> int:
        return sum([20, 15, 7])

    load()


automation_dag = automation()
sales()

if __name__ == "__main__":
    automation_dag.test(logical_date=None)
