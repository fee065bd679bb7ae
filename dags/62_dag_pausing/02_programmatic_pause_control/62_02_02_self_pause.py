"""Load the orders of a day, and pause this DAG as the last step if many are bad."""

import json
import tempfile
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task

LIMIT = 10


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


# --8<-- [start:condition]
def too_many_bad(context) -> bool:
    return context["ti"].xcom_pull(task_ids="load") > LIMIT


# --8<-- [end:condition]


@dag(
    dag_id="62_02_02_self_pause",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "patterns", "intermediate", "success", "62.2"],
    params={"bad_rows": Param(0, type="integer", minimum=0)},
)
def sales():
    @task
    def extract(params=None) -> list[int]:
        return [20, 15, 7] + params["bad_rows"] * [-1]

    # --8<-- [start:load]
    @task
    def load(amounts: list[int]) -> int:
        good = [amount for amount in amounts if amount > 0]
        Path(tempfile.gettempdir(), "sales.json").write_text(json.dumps(good))
        return len(amounts) - len(good)

    # --8<-- [end:load]

    # --8<-- [start:answer]
    @task.run_if(too_many_bad)
    @task
    def pause_self(dag_run=None):
        with api() as client:
            me = f"/dags/{dag_run.dag_id}"
            client.patch(me, json={"is_paused": True}).raise_for_status()

    # --8<-- [end:answer]

    load(extract()) >> pause_self()


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
