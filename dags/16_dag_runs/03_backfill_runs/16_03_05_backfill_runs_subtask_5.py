"""Run a day again as often as you like: replace its partition, and keep the order.

The till of a café is booked day by day. ``load`` replaces the receipts of its day in
one transaction, ``export`` replaces a file, and neither cares how often it runs.
``ledger`` carries the cash over from the day before, so the order of the days counts.
"""

import hashlib
import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

FIRST_DAY = date(2026, 5, 1)
FLOAT = 20_000  # cents in the till before the first day
RECEIPTS = {
    "2026-05-01": [("101", "espresso", 240), ("102", "cake", 390), ("103", "tea", 280)],
    "2026-05-02": [("201", "lunch", 1150), ("202", "espresso", 240)],
    "2026-05-03": [("301", "tea", 280), ("302", "cake", 390), ("303", "lunch", 1150)],
    "2026-05-04": [],
}


def folder() -> Path:
    return Path(tempfile.gettempdir())


@contextmanager
def books() -> Iterator[sqlite3.Connection]:
    """Open the books; what the block writes is kept as a whole or not at all."""
    path = folder() / "16_03_05_till.sqlite"
    with closing(sqlite3.connect(path, timeout=10, isolation_level="IMMEDIATE")) as db:
        db.execute("CREATE TABLE IF NOT EXISTS receipts (day, number, item, cents)")
        db.execute("CREATE TABLE IF NOT EXISTS ledger (day PRIMARY KEY, closing)")
        with db:
            yield db


# --8<-- [start:replace]
def replace_day(db: sqlite3.Connection, day: str, rows: list[tuple]) -> None:
    """Make ``rows`` the receipts of the day, and open the books from there on."""
    db.execute("DELETE FROM ledger WHERE day >= ?", [day])
    out = db.execute("DELETE FROM receipts WHERE day = ?", [day]).rowcount
    log.info("%s: %d receipts out", day, out)
    new = [(day, *row) for row in rows]
    db.executemany("INSERT INTO receipts VALUES (?, ?, ?, ?)", new)
    log.info("%s: %d receipts in", day, len(rows))


# --8<-- [end:replace]


# --8<-- [start:opening]
def opening(db: sqlite3.Connection, day: date) -> int:
    """Return the cash of the evening before, or refuse to guess it."""
    if day == FIRST_DAY:
        return FLOAT
    before = day - timedelta(days=1)
    found = db.execute("SELECT closing FROM ledger WHERE day = ?", [str(before)])
    if (row := found.fetchone()) is None:
        raise AirflowFailException(f"the books of {before} are not closed")
    return row[0]


# --8<-- [end:opening]


@dag(
    dag_id="16_03_05_backfill_runs_subtask_5",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 5, 4, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.3"],
    params={
        "void": Param([], type="array", description="numbers of cancelled receipts"),
        "counted": Param({}, type="object", description="cash counted, by day"),
    },
)
def till():
    # --8<-- [start:load]
    @task(retries=1, retry_delay=timedelta(seconds=1))
    def load(logical_date, params) -> int:
        day = f"{logical_date:%Y-%m-%d}"
        rows = [row for row in RECEIPTS[day] if row[0] not in params["void"]]
        with books() as db:
            replace_day(db, day, rows)
        return len(rows)

    # --8<-- [end:load]

    # --8<-- [start:export]
    @task
    def export(logical_date) -> dict:
        day = f"{logical_date:%Y-%m-%d}"
        with books() as db:
            found = db.execute("SELECT * FROM receipts WHERE day = ? ORDER BY 2", [day])
            text = "".join(",".join(map(str, row)) + "\n" for row in found)
        whole = folder() / f"receipts-{day}.csv"
        part = whole.with_suffix(".part")
        part.write_text(text)
        part.replace(whole)
        digest = hashlib.sha256(whole.read_bytes()).hexdigest()
        return {"file": whole.name, "sha256": digest[:12]}

    # --8<-- [end:export]

    # --8<-- [start:ledger]
    @task(depends_on_past=True)
    def ledger(logical_date, params) -> int:
        day = logical_date.date()
        with books() as db:
            cash = opening(db, day)
            sales = "SELECT coalesce(sum(cents), 0) FROM receipts WHERE day = ?"
            cash += db.execute(sales, [str(day)]).fetchone()[0]
            counted = params["counted"].get(str(day), cash)
            if counted != cash:
                raise AirflowFailException(f"{day}: {counted} in the till, not {cash}")
            db.execute("REPLACE INTO ledger VALUES (?, ?)", [str(day), cash])
        return cash

    # --8<-- [end:ledger]

    load() >> [export(), ledger()]


till_dag = till()

if __name__ == "__main__":
    till_dag.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
