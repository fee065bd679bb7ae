"""Pause the DAGs tagged low while a pool has no open slot, and unpause them later."""

import httpx
import pendulum
from airflow.sdk import Connection, Param, Variable, dag, task
from airflow.sdk.exceptions import AirflowNotFoundException

STEM = "62_03_04_resource_pause"
NOTE = f"{STEM}_paused"  # the Variable with the ids that this DAG has paused
TAGS = ["reference", "patterns", "advanced", "success", "62.3"]
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
    schedule="*/5 * * * *",
    start_date=START,
    catchup=False,
    max_active_runs=1,
    # --8<-- [start:priority]
    default_args={"priority_weight": 10},  # without it a task has 1
    # --8<-- [end:priority]
    tags=TAGS,
    params={"pool": Param("default_pool", type="string")},
)
def watch():
    @task.short_circuit
    def connected() -> bool:
        try:
            return bool(Connection.get("airflow_api"))
        except AirflowNotFoundException as missing:
            print("nothing is paused:", missing)
            return False

    # --8<-- [start:measure]
    @task
    def measure(params=None) -> int:
        with api() as client:
            answer = client.get(f"/pools/{params['pool']}")
        return answer.raise_for_status().json()["open_slots"]

    # --8<-- [end:measure]

    # --8<-- [start:answer]
    @task
    def pause_low(free: int) -> list[str]:
        mine = Variable.get(NOTE, default=[], deserialize_json=True)
        low = {"dag_id_pattern": STEM, "tags": "low", "paused": False, "limit": 100}
        if free < 1:
            with api() as client:
                answer = client.patch("/dags", params=low, json={"is_paused": True})
            mine += [d["dag_id"] for d in answer.raise_for_status().json()["dags"]]
            Variable.set(NOTE, mine, serialize_json=True)
        return mine

    # --8<-- [end:answer]

    # --8<-- [start:resume]
    @task
    def resume(free: int, mine: list[str]) -> None:
        if free > 0 and mine:
            body = {"is_paused": False}
            with api() as client:
                for one in mine:
                    client.patch(f"/dags/{one}", json=body).raise_for_status()
            Variable.delete(NOTE)

    # --8<-- [end:resume]

    free = measure()
    connected() >> free
    resume(free, pause_low(free))


@dag(
    dag_id=f"{STEM}__refunds",
    tags=[*TAGS, "low"],
    schedule="@hourly",
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
)
def refunds():
    @task
    def load() -> int:
        return 7

    load()


watch_dag = watch()
refunds()

if __name__ == "__main__":
    watch_dag.test(logical_date=None)
