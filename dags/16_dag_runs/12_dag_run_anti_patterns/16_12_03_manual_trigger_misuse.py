"""Report the sales of a day, which a triggered run of the bad DAG does not know.

The bad DAG takes the day from its data interval, and a triggered run may have none. The
fixed DAG takes it from a declared param.
"""

import logging
import sqlite3
from contextlib import closing

import pendulum
from airflow.sdk import CronDataIntervalTimetable, Param, dag, task

log = logging.getLogger(__name__)

BAD = "16_12_03_manual_trigger_misuse"
TAGS = ["anti-pattern", "control", "beginner", "warning", "16.12"]
SALES = [("2026-05-01 10:00", 25), ("2026-05-01 15:30", 17)]


def sold(start: str | None, end: str | None) -> dict[str, int]:
    """Return how many orders were sold between two times, and for how much."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE sales (time TEXT, amount INTEGER)")
        db.executemany("INSERT INTO sales VALUES (?, ?)", SALES)
        amounts = "SELECT amount FROM sales WHERE time >= ? AND time < ?"
        found = [amount for (amount,) in db.execute(amounts, [start, end])]
    if not found:
        log.warning("no sales between %s and %s", start, end)
    return {"orders": len(found), "total": sum(found)}


@dag(
    dag_id=BAD,
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def by_interval():
    # --8<-- [start:bad]
    @task
    def report(params=None, data_interval_start=None, data_interval_end=None) -> dict:
        currency = params.get("currency", "EUR")  # not declared as a param of the DAG
        start, end = (
            time and f"{time:%Y-%m-%d %H:%M}"
            for time in (data_interval_start, data_interval_end)
        )
        return {**sold(start, end), "currency": currency}

    # --8<-- [end:bad]
    report()


@dag(
    dag_id=f"{BAD}__fixed",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
    # --8<-- [start:answer]
    schedule=None,
    params={
        "day": Param("2026-05-01", type="string", format="date"),
        "currency": Param("EUR", enum=["EUR", "NOK"]),
    },
)
def by_param():
    @task
    def report(params=None) -> dict:
        day = pendulum.parse(params["day"])
        found = sold(f"{day:%Y-%m-%d}", f"{day.add(days=1):%Y-%m-%d}")
        return {**found, "currency": params["currency"]}

    # --8<-- [end:answer]
    report()


bad = by_interval()
by_param()

if __name__ == "__main__":
    bad.test(logical_date=None)
