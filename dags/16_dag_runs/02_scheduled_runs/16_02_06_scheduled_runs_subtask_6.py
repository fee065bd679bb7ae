"""Depend on the previous run: book every day after the one before, and miss none.

An exhibition books its till every evening, except on Tuesdays, when it is closed. Each
closing balance is the next opening balance, so the days must come in order and without
a gap. A watermark, a list of missing days and ``depends_on_past`` each see another
part of that.
"""

import logging
from datetime import datetime, timedelta

import pendulum
from airflow.sdk import Asset, Param, Variable, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

PRICE = 900  # cents
TUESDAY = 1
# When the till was emptied, how many tickets were sold, how many cents were in it.
TILL = {
    "2026-05-01T12:30:00+00:00": (14, 12_600),
    "2026-05-01T17:45:00+00:00": (22, 19_800),
    "2026-05-02T12:40:00+00:00": (31, 27_900),
    "2026-05-02T19:05:00+00:00": (4, 3_600),
    "2026-05-03T17:50:00+00:00": (40, 35_100),
    "2026-05-04T17:30:00+00:00": (9, 8_100),
    "2026-05-06T12:10:00+00:00": (12, 10_800),
}
LEDGER = Asset("exhibition_ledger")


# --8<-- [start:missing-days]
def missing_days(last: datetime, this: datetime) -> list[str]:
    """Return the days on which the schedule has a tick between two runs."""
    days, tick = [], last.replace(hour=18, minute=0, second=0, microsecond=0)
    while tick < this:
        if tick > last and tick.weekday() != TUESDAY:
            days.append(f"{tick:%Y-%m-%d}")
        tick += timedelta(days=1)
    return days


# --8<-- [end:missing-days]


# --8<-- [start:count]
def count(moment: str, corrections: dict) -> int:
    """Return the cents of one emptying, and refuse one that does not add up."""
    tickets, cents = TILL[moment]
    cents = corrections.get(moment, cents)
    if cents != tickets * PRICE:
        raise AirflowFailException(
            f"{moment}: {tickets} tickets are {tickets * PRICE} cents, not {cents}"
        )
    return cents


# --8<-- [end:count]


@dag(
    dag_id="16_02_06_scheduled_runs_subtask_6",
    doc_md=__doc__,
    # --8<-- [start:schedule]
    schedule="0 18 * * 0,1,3-6",
    start_date=pendulum.datetime(2026, 5, 1, 18, tz="UTC"),
    end_date=pendulum.datetime(2026, 5, 6, 18, tz="UTC"),
    catchup=True,
    max_active_runs=1,
    # --8<-- [end:schedule]
    tags=["reference", "control", "beginner", "success", "16.2"],
    params={"opening": Param(None, type=["null", "integer"], minimum=0)},
    default_args={
        "owner": "box office",
        "retries": 1,
        "retry_delay": timedelta(seconds=1),
    },
)
def exhibition_ledger():
    # --8<-- [start:continuity]
    @task
    def continuity(ti=None, logical_date=None) -> str | None:
        """Return the day of the last good run; fail when there is a day between."""
        if logical_date is None:
            raise AirflowFailException("a run without a logical date is not in a row")
        previous = ti.get_previous_dagrun(state="success")
        if previous is None:
            return None
        if missing := missing_days(previous.logical_date, logical_date):
            raise AirflowFailException(f"not booked yet: {', '.join(missing)}")
        return f"{previous.logical_date:%Y-%m-%d %H:%M}"

    # --8<-- [end:continuity]

    # --8<-- [start:takings]
    @task(inlets=[LEDGER])
    def takings(params=None, logical_date=None, asset_state_store=None) -> dict:
        """Count what came since the watermark, and not what came before it."""
        day_before = (logical_date - timedelta(days=1)).isoformat()
        new_book = {"until": day_before, "closing": params["opening"] or 0}
        book = asset_state_store[LEDGER].get("book", new_book)
        if params["opening"] is not None:
            book = new_book
        until = logical_date.isoformat()
        if until < book["until"]:
            raise AirflowFailException(f"booked until {book['until']}, not {until}")
        fixed = Variable.get("till_corrections", default={}, deserialize_json=True)
        new = [moment for moment in TILL if book["until"] < moment <= until]
        cents = sum(count(moment, fixed) for moment in new)
        return {"until": until, "opening": book["closing"], "taken": cents}

    # --8<-- [end:takings]

    # --8<-- [start:ledger]
    @task(outlets=[LEDGER], depends_on_past=True)
    def ledger(day: dict, asset_state_store=None) -> int:
        closing = day["opening"] + day["taken"]
        book = {"until": day["until"], "closing": closing}
        asset_state_store[LEDGER].set("book", book)
        log.info("%d + %d = %d cents", day["opening"], day["taken"], closing)
        return closing

    # --8<-- [end:ledger]

    day = takings()
    continuity() >> day
    ledger(day)


exhibition = exhibition_ledger()

if __name__ == "__main__":
    exhibition.test(logical_date=pendulum.datetime(2026, 5, 1, 18, tz="UTC"))
