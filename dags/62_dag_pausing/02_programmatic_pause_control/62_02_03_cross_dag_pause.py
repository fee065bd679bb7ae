"""Pause another DAG between its runs; a plain Trigger names no DAG and pauses none."""

import time

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

STEM = "62_02_03_cross_dag_pause"
TAGS = ["reference", "patterns", "intermediate", "success", "62.2"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
PROTECTED = "protected"


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
    params={"dag_id": Param("", type="string", description="the DAG to pause")},
)
def pause_other():
    # --8<-- [start:checks]
    @task.short_circuit
    def allowed(ti=None, params=None) -> str:
        target = params["dag_id"]
        if target == ti.dag_id:
            raise AirflowFailException("a DAG must not pause itself in mid-run")
        if target and PROTECTED in ti.get_dag(target).tags:
            raise AirflowFailException(f"{target} is protected")
        return target  # an empty one skips the tasks below

    # --8<-- [end:checks]

    # --8<-- [start:answer]
    @task.sensor(poke_interval=5, timeout=600)
    def idle(ti=None, params=None) -> bool:
        return not ti.get_dr_count(params["dag_id"], states=["queued", "running"])

    @task
    def pause(params=None) -> None:
        with api() as client:
            path = f"/dags/{params['dag_id']}"
            client.patch(path, json={"is_paused": True}).raise_for_status()

    # --8<-- [end:answer]

    # --8<-- [start:verify]
    @task
    def verify(ti=None, params=None) -> str:
        if not ti.get_dag(params["dag_id"]).is_paused:
            raise AirflowFailException(f"{params['dag_id']} is not paused")
        running = ti.get_dr_count(params["dag_id"], states=["running"])
        return f"paused, frozen runs: {running}"

    # --8<-- [end:verify]

    allowed() >> idle() >> pause() >> verify()


@dag(
    dag_id=f"{STEM}__refunds",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"seconds": 0},
)
def refunds():
    @task
    def load(params=None) -> int:
        time.sleep(params["seconds"])
        return 7

    load()


pause_dag = pause_other()
refunds()

if __name__ == "__main__":
    pause_dag.test(logical_date=None)
