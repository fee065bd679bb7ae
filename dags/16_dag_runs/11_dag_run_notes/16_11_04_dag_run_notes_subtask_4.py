"""Load the orders of a day, and write their numbers into the run's note."""

import logging
from urllib.parse import quote

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowNotFoundException

log = logging.getLogger(__name__)


# --8<-- [start:api]
def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


# --8<-- [end:api]


@dag(
    dag_id="16_11_04_dag_run_notes_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.11"],
    params={"orders": Param(["A-1", "A-2", "A-3"], type="array")},
)
def sales():
    @task
    def extract(params) -> list[str]:
        return params["orders"]

    @task
    def load(orders: list[str]) -> list[str]:
        return sorted(orders)

    # --8<-- [start:answer]
    @task
    def summary(loaded: list[str], dag_run=None) -> None:
        note = f"loaded: {', '.join(loaded)}"[:1000]
        path = f"/dags/{dag_run.dag_id}/dagRuns/{quote(dag_run.run_id, safe='')}"
        try:
            with api() as client:
                client.patch(path, json={"note": note}).raise_for_status()
        except (AirflowNotFoundException, httpx.HTTPError) as error:
            log.warning("no note: %s", error)

    # --8<-- [end:answer]

    summary(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
