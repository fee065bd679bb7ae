"""Pause another DAG by an operator while a task works, and resume it afterwards.

A plain Trigger names no DAG: all tasks are skipped.
"""

from datetime import timedelta

import httpx
import pendulum
from airflow.sdk import BaseOperator, Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

STEM = "62_02_04_operator_pause"
REFUNDS = f"{STEM}__refunds"
TAGS = ["reference", "patterns", "intermediate", "success", "62.2"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


class SetPaused(BaseOperator):
    # --8<-- [start:init]
    template_fields = ("target",)

    def __init__(self, *, target: str, is_paused: bool, **kwargs):
        super().__init__(**kwargs)
        self.target, self.is_paused = target, is_paused

    # --8<-- [end:init]
    # --8<-- [start:answer]
    def execute(self, context):
        body = {"is_paused": self.is_paused}
        with api() as client:
            answer = client.patch(f"/dags/{self.target}", json=body)
        if answer.is_client_error:  # 4xx: no retry can help
            detail = answer.json()["detail"]
            raise AirflowFailException(f"{answer.status_code} {detail}")
        return answer.raise_for_status().json()["is_paused"]

    # --8<-- [end:answer]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"dag_id": Param("", type="string", description="the DAG to pause")},
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
)
def load_alone():
    @task.short_circuit
    def chosen(params=None) -> str:
        return params["dag_id"]

    pause = SetPaused(task_id="pause", target="{{ params.dag_id }}", is_paused=True)

    @task
    def load() -> int:
        return 20 + 15 + 7

    # --8<-- [start:callable]
    @task
    def resume(params=None) -> bool:
        with api() as client:
            path = f"/dags/{params['dag_id']}"
            answer = client.patch(path, json={"is_paused": False}).raise_for_status()
        return answer.json()["is_paused"]

    # --8<-- [end:callable]

    chosen() >> pause >> load() >> resume()


@dag(dag_id=REFUNDS, schedule=None, start_date=START, catchup=False, tags=TAGS)
def refunds():
    @task
    def load() -> int:
        return 7

    load()


load_dag = load_alone()
refunds()

if __name__ == "__main__":
    load_dag.test(logical_date=None)
