"""Two orders read the same stock, and one sale is lost; with a lock none is.

The bad DAG reads the stock in one task and writes it in the next. The fixed DAG does
both in one task, under a lock of the database, and allows one run at a time.
"""

import logging
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import dag, task

log = logging.getLogger(__name__)

BAD = "16_12_01_avoiding_overlapping_runs"
TAGS = ["anti-pattern", "control", "intermediate", "warning", "16.12"]
ORDERS = [{"id": "A-1", "pieces": 3}, {"id": "A-2", "pieces": 3}]


def shop(name: str) -> closing[sqlite3.Connection]:
    """Open the database of a shop, which begins with 100 pieces and no sale."""
    path = Path(tempfile.gettempdir()) / f"{name}.sqlite"
    db = sqlite3.connect(path, timeout=1, isolation_level=None)
    db.execute("CREATE TABLE IF NOT EXISTS stock AS SELECT 100 AS pieces")
    db.execute("CREATE TABLE IF NOT EXISTS sales (id TEXT, pieces INTEGER)")
    return closing(db)


@task
def check(name: str) -> None:
    with shop(name) as db:
        sold = db.execute("SELECT sum(pieces) FROM sales").fetchone()[0]
        down = 100 - db.execute("SELECT pieces FROM stock").fetchone()[0]
    level = logging.INFO if sold == down else logging.WARNING
    log.log(level, "%d sold, stock went down by %d", sold, down)


@dag(
    dag_id=BAD,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # --8<-- [start:limit]
    default_args={"max_active_runs": 1},  # no effect: this is no argument of a task
    # --8<-- [end:limit]
    tags=TAGS,
)
def overlapping():
    # --8<-- [start:bad]
    @task
    def read_stock(order: dict) -> dict:
        with shop(BAD) as db:
            seen = db.execute("SELECT pieces FROM stock").fetchone()[0]
        log.info("%s: %d in stock", order["id"], seen)
        return {"order": order, "seen": seen}

    @task
    def book(order: dict, seen: int) -> None:
        log.info("book %s", order["id"])
        with shop(BAD) as db:
            db.execute("UPDATE stock SET pieces = ?", [seen - order["pieces"]])
            db.execute("INSERT INTO sales VALUES (:id, :pieces)", order)

    # --8<-- [end:bad]
    book.expand_kwargs(read_stock.expand(order=ORDERS)) >> check(BAD)


@dag(
    dag_id=f"{BAD}__fixed",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=TAGS,
)
def one_at_a_time():
    # --8<-- [start:answer]
    @task(retries=2, retry_delay=timedelta(seconds=1))
    def book(order: dict) -> None:
        log.info("book %s", order["id"])
        with shop(f"{BAD}__fixed") as db:
            db.execute("BEGIN IMMEDIATE")  # PostgreSQL: SELECT ... FOR UPDATE
            seen = db.execute("SELECT pieces FROM stock").fetchone()[0]
            db.execute("UPDATE stock SET pieces = ?", [seen - order["pieces"]])
            db.execute("INSERT INTO sales VALUES (:id, :pieces)", order)
            db.execute("COMMIT")

    # --8<-- [end:answer]
    book.expand(order=ORDERS) >> check(f"{BAD}__fixed")


bad = overlapping()
one_at_a_time()

if __name__ == "__main__":
    bad.test()
