"""A report that has been paused since 2024, and its successor on the table of today."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.sdk import dag, task

BAD = "62_06_05_permanent_pause"
TAGS = ["reference", "anti-pattern", "intermediate", "failure", "62.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
DB = Path(tempfile.gettempdir(), f"{BAD}.db")


@dag(
    dag_id=BAD,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def old_refunds():
    # --8<-- [start:bad]
    @task
    def report() -> int:
        with closing(sqlite3.connect(DB)) as db:
            return db.execute("SELECT sum(amount) FROM refunds_2024").fetchone()[0]

    # --8<-- [end:bad]

    report()


@dag(
    dag_id=f"{BAD}__fixed",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def refunds():
    @task
    def extract() -> list[int]:
        return [5, 7]

    @task
    def load(amounts: list[int]) -> None:
        with closing(sqlite3.connect(DB)) as db, db:
            db.execute("DROP TABLE IF EXISTS refunds")  # the whole file, each time
            db.execute("CREATE TABLE refunds (amount INTEGER)")
            db.executemany("INSERT INTO refunds VALUES (?)", [[a] for a in amounts])

    @task
    def report() -> int:
        with closing(sqlite3.connect(DB)) as db:
            return db.execute("SELECT sum(amount) FROM refunds").fetchone()[0]

    load(extract()) >> report()


bad = old_refunds()
refunds()

if __name__ == "__main__":
    bad.test(logical_date=None)
