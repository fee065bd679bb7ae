"""The partner's API fails once: one DAG pauses itself, its sibling tries again."""

from datetime import timedelta

import httpx
import pendulum
from airflow.sdk import Connection, dag, task

BAD = "62_06_02_pause_error_handling"
TAGS = ["reference", "anti-pattern", "intermediate", "failure", "62.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


def api() -> httpx.Client:
    """Return a REST client, logged in as the user of connection airflow_api."""
    conn = Connection.get("airflow_api")
    server = f"{conn.schema or 'http'}://{conn.host}:{conn.port}"
    login = {"username": conn.login, "password": conn.password}
    answer = httpx.post(f"{server}/auth/token", json=login).raise_for_status()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=f"{server}/api/v2", headers=bearer)


@task
def extract(ti=None) -> list[int]:
    if ti.try_number == 1:
        raise ConnectionError("503 from the partner API")
    return [20, 15, 7]


@task
def load(amounts: list[int]) -> int:
    return sum(amounts)


# --8<-- [start:bad]
def pause_me(context) -> None:
    with api() as client:
        me = f"/dags/{context['dag'].dag_id}"
        client.patch(me, json={"is_paused": True}).raise_for_status()


@dag(
    dag_id=BAD,
    schedule="@daily",
    default_args={"retries": 0, "on_failure_callback": pause_me},
    # --8<-- [end:bad]
    doc_md=__doc__,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def pauses_itself():
    load(extract())


@dag(
    dag_id=f"{BAD}__fixed",
    start_date=START,
    catchup=False,
    tags=TAGS,
    # --8<-- [start:answer]
    schedule="@daily",
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=1),  # minutes in real life
    },
    # --8<-- [end:answer]
)
def tries_again():
    load(extract())


bad = pauses_itself()
tries_again()

if __name__ == "__main__":
    bad.test(logical_date=None)
