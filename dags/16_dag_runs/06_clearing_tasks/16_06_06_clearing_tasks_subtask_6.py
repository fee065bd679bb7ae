"""Pay refunds once, however often the task is cleared; ``__naive`` pays them again.

The partner and the table of what was sent are two tables of a file of this example.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pendulum
from airflow.sdk import Param, dag, task

STEM = "16_06_06_clearing_tasks_subtask_6"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.6"],
    "params": {"crash": Param(False, type="boolean", description="after the payment")},
}


def outbox(sql: str, *values: str) -> list[tuple]:
    """Run one statement in the database of the shop."""
    file = Path(tempfile.gettempdir(), f"{STEM}.db")
    with closing(sqlite3.connect(file, timeout=30)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS outbox (key TEXT PRIMARY KEY)")
        db.execute("CREATE TABLE IF NOT EXISTS paid (key TEXT PRIMARY KEY, asked INT)")
        return db.execute(sql, values).fetchall()


def pay(key: str) -> None:
    """Stand for the partner, who pays once for a key and counts the requests."""
    again = "ON CONFLICT (key) DO UPDATE SET asked = asked + 1"
    outbox(f"INSERT INTO paid VALUES (?, 1) {again}", key)


@task
def orders() -> list[str]:
    return ["A-1", "A-2", "A-3"]


# --8<-- [start:answer]
@task(retries=1, retry_delay=timedelta(seconds=1))
def send(order: str, params, ti=None) -> str:
    key = f"refund-{order}"
    if outbox("SELECT 1 FROM outbox WHERE key = ?", key):
        return "sent before"
    pay(key)  # the partner ignores a key that it has seen
    if params["crash"] and ti.try_number == 1:
        raise ConnectionError("lost after the payment")
    outbox("INSERT INTO outbox VALUES (?)", key)
    return "sent now"


# --8<-- [end:answer]


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def refunds():
    send.expand(order=orders())


@dag(dag_id=f"{STEM}__naive", **COMMON)
def naive():
    @task
    def send_again(order: str) -> None:
        pay(f"refund-{order}-{uuid4()}")  # bad: another key in each try

    send_again.expand(order=orders())


refunds_dag = refunds()
naive()

if __name__ == "__main__":
    refunds_dag.test()
