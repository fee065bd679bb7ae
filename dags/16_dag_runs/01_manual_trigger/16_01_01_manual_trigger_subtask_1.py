"""What a manual run knows: run_id, logical date, run_after.

A run that somebody starts has a logical date only when it was given one. This DAG
asks the run itself which business day it stands for, and adds up that day's orders.
It never asks the context for ``ds``, which is not there in half of all manual runs.
"""

import json
import logging
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pendulum
from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

OLDEST = timedelta(days=400)
ORDERS = [
    {"day": "2026-04-30", "amount": 89.90},
    {"day": "2026-05-01", "amount": 120.00},
    {"day": "2026-05-01", "amount": 42.50},
    {"day": "2026-05-01", "amount": 250.00},
    {"day": "2026-05-02", "amount": 15.75},
]


# --8<-- [start:business-day]
def business_day(
    logical_date: datetime | None, run_after: datetime
) -> tuple[date, str]:
    """Return the day a run stands for, and which of its dates said so."""
    if logical_date is not None:
        return logical_date.date(), "logical_date"
    return run_after.date(), "run_after"


# --8<-- [end:business-day]


# --8<-- [start:guard]
def refuse_implausible(day: date, today: date) -> None:
    """Raise when ``day`` cannot be what the person meant."""
    if day > today:
        raise AirflowFailException(f"{day} is in the future: today is {today}")
    if today - day > OLDEST:
        age = (today - day).days
        raise AirflowFailException(f"{day} is {age} days ago: a typing error?")


# --8<-- [end:guard]


@dag(
    dag_id="16_01_01_manual_trigger_subtask_1",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2015, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.1"],
    default_args={"owner": "sales", "retries": 2, "retry_delay": timedelta(seconds=1)},
)
def daily_orders():
    # --8<-- [start:which-day]
    @task
    def which_day(dag_run=None) -> dict:
        day, source = business_day(dag_run.logical_date, dag_run.run_after)
        log.info("business day %s, read from %s", day, source)
        refuse_implausible(day, today=dag_run.run_after.date())
        return {"day": day.isoformat(), "source": source}

    # --8<-- [end:which-day]

    @task
    def daily_total(which: dict) -> float:
        amounts = [o["amount"] for o in ORDERS if o["day"] == which["day"]]
        log.info("%d orders on %s", len(amounts), which["day"])
        return sum(amounts)

    # --8<-- [start:legacy]
    @task
    def legacy_day() -> str:
        """Do what many Airflow 2 tasks do, and return what that gives today."""
        try:
            return get_current_context()["ds"]
        except KeyError as missing:
            return f"KeyError: {missing}"

    # --8<-- [end:legacy]

    # --8<-- [start:run-card]
    @task
    def run_card(which: dict, total: float, dag_run=None, data_interval_start=None):
        card = {
            "run_id": dag_run.run_id,
            "run_type": dag_run.run_type,
            "started_by": dag_run.triggering_user_name,
            "has_interval": data_interval_start is not None,
            "day": which["day"],
            "total": total,
        }
        path = Path(tempfile.gettempdir()) / f"orders-{which['day']}.json"
        path.write_text(json.dumps(card))
        return card

    # --8<-- [end:run-card]

    which = which_day()
    run_card(which, daily_total(which))
    legacy_day()


orders = daily_orders()

if __name__ == "__main__":
    orders.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
