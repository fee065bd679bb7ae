"""Warn every ten minutes of each critical DAG that is paused."""

import logging
import tempfile
from datetime import timedelta
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import (
    Connection,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowNotFoundException

STEM = "62_10_04_monitoring"
TAGS = ["reference", "best-practice", "intermediate", "success", "62.10"]
log = logging.getLogger(STEM)
START = pendulum.datetime(2026, 1, 1, tz="UTC")


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


def warn(context: dict) -> None:
    """Write a line that a person reads."""
    with Path(tempfile.gettempdir(), f"{STEM}.waiting").open("a") as file:
        file.write(f"{context['dag_run']['dag_run_id']} waits\n")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="*/10 * * * *",
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def watch():
    @task.short_circuit
    def connected() -> bool:
        try:
            return bool(Connection.get("airflow_api"))
        except AirflowNotFoundException:
            return False

    # --8<-- [start:answer]
    @task
    def look() -> list[str]:
        query = {"paused": True, "tags": "critical", "limit": 100}
        with api() as client:
            answer = client.get("/dags", params=query).raise_for_status()
        return [one["dag_id"] for one in answer.json()["dags"]]

    @task
    def alert(paused: list[str]) -> int:
        for dag_id in paused:
            log.warning("%s is critical and paused", dag_id)  # or tell a person
        return len(paused)

    # --8<-- [end:answer]

    connected() >> (paused := look())
    alert(paused)


@dag(
    dag_id=f"{STEM}__sales",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=[*TAGS, "critical"],
    # --8<-- [start:deadline]
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=5),
        callback=SyncCallback(warn),
    ),
    # --8<-- [end:deadline]
)
def sales():
    @task
    def load() -> int:
        return sum([20, 15, 7])

    load()


watch_dag = watch()
sales()

if __name__ == "__main__":
    watch_dag.test()
