"""Pause the DAGs that load, compact their database, and restore those DAGs."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import Connection, dag, task
from airflow.sdk.exceptions import AirflowNotFoundException

STEM = "62_03_01_maintenance_pause"
LOADS = f"{STEM}__"  # begins the ids of the DAGs that load, not the id of this DAG
FOLDER = Path(tempfile.gettempdir())
TAGS = ["reference", "patterns", "intermediate", "success", "62.3"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


# --8<-- [start:tell]
def tell(context) -> None:
    what = context.get("exception") or context["dag_run"].state
    with (FOLDER / "maintenance.txt").open("a") as file:  # or a mail, a chat message
        print("maintenance:", what, file=file)


@dag(
    dag_id=STEM,
    schedule="0 2 * * SUN",
    on_success_callback=tell,
    on_failure_callback=tell,
    # --8<-- [end:tell]
    doc_md=__doc__,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def maintenance():
    @task.short_circuit
    def connected() -> bool:
        try:
            return bool(Connection.get("airflow_api"))
        except AirflowNotFoundException as missing:
            print("no maintenance:", missing)
            return False

    @task
    def vacuum() -> None:
        with closing(sqlite3.connect(FOLDER / "sales.db")) as db:
            db.execute("VACUUM")

    @task(on_failure_callback=tell)  # its failure does not fail the run
    def restore(ids: list[str]) -> None:
        body = {"is_paused": False}
        with api() as client:
            answers = [client.patch(f"/dags/{i}", json=body) for i in ids]
        for answer in answers:
            answer.raise_for_status()

    # --8<-- [start:answer]
    @task
    def pause() -> list[str]:
        only = {"dag_id_pattern": LOADS, "paused": False, "limit": 100}
        with api() as client:
            answer = client.patch("/dags", params=only, json={"is_paused": True})
        return [d["dag_id"] for d in answer.raise_for_status().json()["dags"]]

    paused = pause().as_setup()
    connected() >> paused >> vacuum() >> restore(paused).as_teardown(setups=paused)
    # --8<-- [end:answer]


@dag(
    dag_id=f"{STEM}__load_sales",
    schedule="@daily",
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
)
def load_sales():
    @task
    def load() -> int:
        return sum([20, 15, 7])

    load()


maintenance_dag = maintenance()
load_sales()

if __name__ == "__main__":
    maintenance_dag.test()
