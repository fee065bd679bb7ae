"""Compare the pause states with the wanted ones, and apply them only if asked to."""

from datetime import UTC, datetime, timedelta

import httpx
import pendulum
from airflow.sdk import Connection, Param, Variable, dag, task
from airflow.sdk.exceptions import AirflowNotFoundException

STEM = "62_04_04_state_sync"
SALES = f"{STEM}__load_sales"
TAGS = ["reference", "patterns", "advanced", "success", "62.4"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")

# --8<-- [start:wanted]
WANTED = {"production": {SALES: False}, "test": {SALES: True}}  # dag_id: is_paused
# --8<-- [end:wanted]


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
    schedule="@hourly",
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"apply": Param(False, type="boolean")},
)
def sync():
    @task.short_circuit
    def connected() -> bool:
        try:
            return bool(Connection.get("airflow_api"))
        except AirflowNotFoundException:
            return False

    # --8<-- [start:answer]
    @task
    def find_drift() -> dict[str, bool]:
        wanted = WANTED[Variable.get("environment", default="production")]
        with api() as client:
            found = [client.get(f"/dags/{i}").raise_for_status() for i in wanted]
        now = {one.json()["dag_id"]: one.json()["is_paused"] for one in found}
        return {i: now[i] for i in wanted if now[i] != wanted[i]}

    # --8<-- [end:answer]

    @task.run_if(lambda context: context["params"]["apply"])
    @task
    def apply(drift: dict[str, bool]) -> list[str]:
        me, applied = Connection.get("airflow_api").login, []
        hour = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        ask = {"event": "patch_dag", "order_by": "-when", "limit": 1, "after": hour}
        with api() as client:
            # --8<-- [start:apply]
            for dag_id, flag in drift.items():
                log = client.get("/eventLogs", params=ask | {"dag_id": dag_id})
                rows = log.raise_for_status().json()["event_logs"]
                if rows and rows[0]["owner"] != me:
                    continue  # a person changed it within the last hour
                body = {"is_paused": not flag}
                client.patch(f"/dags/{dag_id}", json=body).raise_for_status()
                applied.append(dag_id)
            # --8<-- [end:apply]
        return applied

    drift = find_drift()
    connected() >> drift
    apply(drift)


@dag(dag_id=SALES, schedule=None, start_date=START, catchup=False, tags=TAGS)
def load_sales():
    @task
    def load() -> int:
        return sum([20, 15, 7])

    load()


sync_dag = sync()
load_sales()

if __name__ == "__main__":
    sync_dag.test()
