"""Copy the pauses of the audit log into a table that ``airflow db clean`` leaves."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import httpx
import pendulum
from airflow.sdk import Connection, dag, task
from airflow.sdk.exceptions import AirflowNotFoundException

STEM = "62_04_02_history_tracking"
FILE = Path(tempfile.gettempdir(), f"{STEM}.db")
EVENTS = ["patch_dag", "patch_dags", "cli_dag_pause", "cli_dag_unpause", "paused"]
COLUMNS = ("event_log_id", "when", "event", "dag_id", "owner", "extra")


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
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "patterns", "intermediate", "success", "62.4"],
)
def history():
    @task.short_circuit
    def connected() -> bool:
        try:
            return bool(Connection.get("airflow_api"))
        except AirflowNotFoundException:
            return False

    @task
    def collect() -> int:
        # --8<-- [start:answer]
        ask = {"included_events": EVENTS, "order_by": "-when", "limit": 100}
        with api() as client:
            answer = client.get("/eventLogs", params=ask).raise_for_status()
        rows = [[row[c] for c in COLUMNS] for row in answer.json()["event_logs"]]
        # --8<-- [end:answer]
        # --8<-- [start:table]
        with closing(sqlite3.connect(FILE)) as db, db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS pause_history "
                "(id INTEGER PRIMARY KEY, at, event, dag_id, owner, extra)"
            )
            insert = "INSERT OR IGNORE INTO pause_history VALUES (?, ?, ?, ?, ?, ?)"
            return db.executemany(insert, rows).rowcount
        # --8<-- [end:table]

    @task
    def report() -> dict[str, list]:
        with closing(sqlite3.connect(FILE)) as db:
            # --8<-- [start:report]
            last = (
                "SELECT dag_id, event, owner, max(id) FROM pause_history "
                "WHERE dag_id IS NOT NULL GROUP BY dag_id"
            )
            owners = "SELECT owner, count(*) FROM pause_history GROUP BY owner"
            # --8<-- [end:report]
            changes = [list(row[:3]) for row in db.execute(last)]
            return {
                "last change": changes,
                "by owner": [list(row) for row in db.execute(owners)],
            }

    collected = collect()
    connected() >> collected >> report()


history_dag = history()

if __name__ == "__main__":
    history_dag.test()
