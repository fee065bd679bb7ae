"""Two teams stop one DAG: by its one flag, and by a hold of each team's own."""

import logging
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.sdk import Variable, dag, task

log = logging.getLogger(__name__)

BAD = "62_06_03_uncoordinated"
TAGS = ["reference", "anti-pattern", "intermediate", "failure", "62.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
# The stock team moves this file away while it counts the stock.
DB = Path(tempfile.gettempdir(), f"{BAD}.db")


@task
def extract() -> list[int]:
    return [20, 15, 7]


@task
def load(amounts: list[int]) -> int:
    with closing(sqlite3.connect(f"file:{DB}?mode=rw", uri=True)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS sales (amount INTEGER)")
        db.executemany("INSERT INTO sales VALUES (?)", [[a] for a in amounts])
    return len(amounts)


@dag(
    dag_id=BAD,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def by_the_flag():
    load(extract())


@dag(
    dag_id=f"{BAD}__fixed",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def by_holds():
    # --8<-- [start:answer]
    @task.short_circuit
    def may_load() -> bool:
        holds = sorted(Variable.keys(prefix="hold__sales__"))
        for key in holds:
            log.info("%s: %s", key, Variable.get(key, default=None))
        return DB.exists() and not holds  # False skips extract and load

    # --8<-- [end:answer]

    orders = extract()
    may_load() >> orders
    load(orders)


bad = by_the_flag()
by_holds()

if __name__ == "__main__":
    bad.test(logical_date=None)
