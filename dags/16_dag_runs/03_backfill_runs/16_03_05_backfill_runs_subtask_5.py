"""Load the orders of a day, so that a second run of the day adds no rows.

``load`` replaces the rows of its day in one transaction. ``report`` waits for the
report of the day before. With ``crash`` the first try of ``load`` dies half-way.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task

STEM = "16_03_05_backfill_runs_subtask_5"
DB = Path(tempfile.gettempdir(), f"{STEM}.db")
PIECES = [12, 30, 8]


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 5, 4, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.3"],
    params={"crash": Param(False, type="boolean", description="die in the middle")},
)
def daily_sales():
    @task
    def extract(dag_run=None) -> str:
        day = dag_run.logical_date or dag_run.run_after
        return f"{day:%Y-%m-%d}"

    @task(retries=1, retry_delay=timedelta(seconds=1))
    def load(day: str, params, ti=None) -> int:
        rows = [(day, pieces) for pieces in PIECES]
        # --8<-- [start:answer]
        with closing(sqlite3.connect(DB)) as db, db:  # one transaction
            db.execute("CREATE TABLE IF NOT EXISTS sales (day, pieces)")
            old = db.execute("DELETE FROM sales WHERE day = ?", [day])
            if params["crash"] and ti.try_number == 1:
                raise ConnectionError("lost the database")
            db.executemany("INSERT INTO sales VALUES (?, ?)", rows)
        # --8<-- [end:answer]
        return old.rowcount

    @task(depends_on_past=True)
    def report(day: str) -> str:
        asked = "SELECT count(*), sum(pieces) FROM sales WHERE day = ?"
        with closing(sqlite3.connect(DB)) as db:
            orders, pieces = db.execute(asked, [day]).fetchone()
        return f"{day}: {orders} orders, {pieces} pieces"

    day = extract()
    load(day) >> report(day)


sales = daily_sales()

if __name__ == "__main__":
    sales.test(logical_date=None)
