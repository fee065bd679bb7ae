"""Pause the DAG that loads sales while there is a reason, and resume it afterwards."""

import logging
import shutil
import tempfile

import httpx
import pendulum
from airflow.sdk import Connection, Param, Variable, dag, task

log = logging.getLogger(__name__)

STEM = "62_02_05_conditional_pause"
TARGET = f"{STEM}__load_sales"
NOTE = f"{TARGET}__paused_because"
TAGS = ["reference", "patterns", "advanced", "success", "62.2"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


def set_paused(is_paused: bool) -> None:
    with api() as client:
        body = {"is_paused": is_paused}
        client.patch(f"/dags/{TARGET}", json=body).raise_for_status()


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="*/10 * * * *",
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=TAGS,
    params={
        "min_free_gb": Param(0, type="number", minimum=0),
        "closed_hours": Param([], type="array"),
    },
)
def watch():
    # --8<-- [start:reasons]
    @task
    def reasons(dag_run=None, params=None) -> list[str]:
        free = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
        found = {
            "disk is nearly full": free < params["min_free_gb"],
            "closed hour": dag_run.run_after.hour in params["closed_hours"],
            "vendor is down": Variable.get("vendor_down", default="no") == "yes",
        }
        return [reason for reason, is_true in found.items() if is_true]

    # --8<-- [end:reasons]

    @task
    def switch(why: list[str], ti=None) -> str:
        # --8<-- [start:answer]
        mine = Variable.get(NOTE, default="")
        paused = ti.get_dag(TARGET).is_paused
        if why and not paused:
            set_paused(True)
            Variable.set(NOTE, ", ".join(why))
            return "paused"
        if mine and not why:
            if paused:
                set_paused(False)
            Variable.delete(NOTE)
            return "active again"
        return "left alone"  # also a pause by a person
        # --8<-- [end:answer]

    switch(reasons())


@dag(dag_id=TARGET, schedule="@hourly", start_date=START, catchup=False, tags=TAGS)
def load_sales():
    @task
    def load() -> int:
        return 42

    load()


watch_dag = watch()
load_sales()

if __name__ == "__main__":
    watch_dag.test()
