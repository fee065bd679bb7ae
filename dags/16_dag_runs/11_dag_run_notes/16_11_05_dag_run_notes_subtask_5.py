"""Load the orders of some regions, and note on the run why a load has failed."""

from datetime import timedelta
from urllib.parse import quote

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, task

PRICES = {"north": 4, "east": 7}


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


# --8<-- [start:answer]
def to_note(context) -> None:
    ti, run = context["ti"], context["dag_run"]
    path = f"/dags/{run.dag_id}/dagRuns/{quote(run.run_id, safe='')}"
    line = f"{ti.task_id}[{ti.map_index}]: {context['exception']}"
    with api() as client:
        old = client.get(path).raise_for_status().json()["note"] or ""
        note = f"{old}\n{line}".strip()[:1000]
        client.patch(path, json={"note": note}).raise_for_status()


# --8<-- [end:answer]


@dag(
    dag_id="16_11_05_dag_run_notes_subtask_5",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.11"],
    params={"regions": Param(["north", "east"], type="array")},
    # --8<-- [start:defaults]
    default_args={
        "on_failure_callback": to_note,
        "retries": 1,
        "retry_delay": timedelta(seconds=1),
    },
    # --8<-- [end:defaults]
)
def sales():
    @task
    def extract(params) -> list[str]:
        return params["regions"]

    @task
    def load(region: str) -> int:
        if region not in PRICES:
            raise ValueError(f"no prices for {region}")
        return 10 * PRICES[region]

    @task
    def report(amounts: list[int]) -> int:
        return sum(amounts)

    report(load.expand(region=extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
