"""Pause the DAG of orders when too many of them are bad; the tests are the lesson."""

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task

STEM = "62_05_05_pause_testing"
ORDERS = f"{STEM}__orders"
TAGS = ["reference", "testing", "intermediate", "success", "62.5"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


def set_paused(client: httpx.Client, dag_id: str, flag: bool) -> None:
    client.patch(f"/dags/{dag_id}", json={"is_paused": flag}).raise_for_status()


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "bad": Param(1, type="integer", minimum=0),
        "total": Param(10, type="integer", minimum=1),
    },
)
def check_orders():
    @task
    def load(params=None) -> float:
        return params["bad"] / params["total"]

    # --8<-- [start:rule]
    @task
    def pause_if_bad(share: float) -> bool:
        if share > 0.1:
            with api() as client:
                set_paused(client, ORDERS, True)
        return share > 0.1

    # --8<-- [end:rule]

    pause_if_bad(load())


@dag(dag_id=ORDERS, schedule=None, start_date=START, catchup=False, tags=TAGS)
def orders():
    @task
    def load() -> list[int]:
        return [20, 15, 7]

    load()


check_dag = check_orders()
orders()

if __name__ == "__main__":
    check_dag.test(logical_date=None)
