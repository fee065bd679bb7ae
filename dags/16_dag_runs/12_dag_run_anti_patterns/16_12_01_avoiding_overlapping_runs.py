"""Overlapping runs: two read the same stock, and one sale is lost.

The bad DAG reads the stock in one task and writes it in another. Whoever comes in
between, another run or another order of the same run, is overwritten. The fixed DAG
allows one run at a time and, because that is not enough, lets the database lock the
stock from the reading to the writing.
"""

import logging
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task

log = logging.getLogger(__name__)

BAD = "16_12_01_avoiding_overlapping_runs"
FIXED = f"{BAD}__fixed"
OPENING = 100
ORDERS = [{"number": "A-1", "bottles": 3}, {"number": "A-2", "bottles": 3}]
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["anti-pattern", "control", "intermediate", "warning", "16.12"],
    "params": {"orders": Param(ORDERS, type="array", minItems=1)},
}


# --8<-- [start:stock]
def connect(shop: str) -> closing[sqlite3.Connection]:
    """Connect to the stock of a shop: one row, shared by every run of its DAG."""
    path = Path(tempfile.gettempdir()) / f"{shop}.sqlite"
    return closing(sqlite3.connect(path, timeout=1.0, isolation_level=None))


def in_stock(db: sqlite3.Connection) -> int:
    return db.execute("SELECT bottles FROM stock").fetchone()[0]


def write_sale(db: sqlite3.Connection, order: dict, left: int) -> None:
    """Write what is left, and add the order to the ledger."""
    db.execute("UPDATE stock SET bottles = ?", [left])
    db.execute("INSERT INTO ledger VALUES (?, ?)", [order["number"], order["bottles"]])


# --8<-- [end:stock]


@task
def take_orders(shop: str, params=None) -> list[dict]:
    """Return the orders of the run, and create the stock when there is none."""
    with connect(shop) as db:
        db.execute("CREATE TABLE IF NOT EXISTS ledger (number TEXT, bottles INTEGER)")
        db.execute("CREATE TABLE IF NOT EXISTS stock (bottles INTEGER)")
        new = "INSERT INTO stock SELECT ? WHERE NOT EXISTS (SELECT * FROM stock)"
        db.execute(new, [OPENING])
    log.info("%d orders", len(params["orders"]))
    return params["orders"]


# --8<-- [start:stocktake]
@task
def stocktake(shop: str):
    """Compare the stock with the ledger, to which everybody only adds."""
    with connect(shop) as db:
        left = in_stock(db)
        sold = db.execute("SELECT sum(bottles) FROM ledger").fetchone()[0]
    lost = left - (OPENING - sold)
    if lost:
        log.warning("lost update: %d of %d sold, and %d left", sold, OPENING, left)
    return {"sold": sold, "left": left, "lost": lost}


# --8<-- [end:stocktake]


# --8<-- [start:limit]
@dag(dag_id=BAD, doc_md=__doc__, default_args={"max_active_runs": 1}, **COMMON)
# --8<-- [end:limit]
def overlapping():
    # --8<-- [start:bad]
    @task
    def read_stock(order: dict):
        with connect(BAD) as db:
            seen = in_stock(db)
        log.info("%s: %d in stock", order["number"], seen)
        return {"order": order, "seen": seen}

    @task
    def book(order: dict, seen: int) -> str:
        with connect(BAD) as db:
            write_sale(db, order, left=seen - order["bottles"])
        return order["number"]

    orders = take_orders(BAD)
    book.expand_kwargs(read_stock.expand(order=orders)) >> stocktake(BAD)
    # --8<-- [end:bad]


# --8<-- [start:fixed-limit]
@dag(dag_id=FIXED, max_active_runs=1, **COMMON)
# --8<-- [end:fixed-limit]
def one_at_a_time():
    # --8<-- [start:fixed]
    @task(retries=2, retry_delay=timedelta(seconds=1))
    def book(order: dict) -> str:
        with connect(FIXED) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                log.warning("%s: somebody else has the stock", order["number"])
                raise
            write_sale(db, order, left=in_stock(db) - order["bottles"])
            db.execute("COMMIT")
        return order["number"]

    orders = take_orders(FIXED)
    book.expand(order=orders) >> stocktake(FIXED)
    # --8<-- [end:fixed]


bad = overlapping()
fixed = one_at_a_time()

if __name__ == "__main__":
    bad.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
