"""Pause a DAG after a second person has approved it."""

from datetime import timedelta

import httpx
import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Connection, Param, dag, task

STEM = "62_10_03_governance"
TAGS = ["reference", "best-practice", "intermediate", "success", "62.10"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


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
    params={
        "dag_id": Param(f"{STEM}__sales", type="string"),
        "reason": Param("SHOP-42", type="string", minLength=1),
    },
)
def ask_for_a_pause():
    # --8<-- [start:answer]
    approve = ApprovalOperator(
        task_id="approve",
        subject="Pause {{ params.dag_id }}?",
        body="{{ params.reason }}",
        assigned_users=[{"id": "admin", "name": "admin"}],
        defaults="Reject",
        response_timeout=timedelta(minutes=1),
    )
    # --8<-- [end:answer]

    # --8<-- [start:pause]
    @task
    def pause(answer: dict, params=None) -> None:
        by = answer["responded_by_user"]["name"]
        why = {"reason": params["reason"], "approved_by": by}
        me = f"/dags/{params['dag_id']}"
        with api() as client:
            answer = client.patch(me, params=why, json={"is_paused": True})
        answer.raise_for_status()

    # --8<-- [end:pause]

    pause(approve.output)


@dag(
    dag_id=f"{STEM}__sales",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def sales():
    @task
    def load() -> int:
        return sum([20, 15, 7])

    load()


ask_dag = ask_for_a_pause()
sales()

if __name__ == "__main__":
    ask_dag.test(logical_date=None)
