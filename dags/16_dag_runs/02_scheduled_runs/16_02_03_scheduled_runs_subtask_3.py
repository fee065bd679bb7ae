"""Schedules that are not cron: events, once, continuous, a delta, nothing.

A shop counts its stock on three inspection days that no cron expression describes.
The same count also runs once at the opening, without a pause, every six hours and on
demand. What differs is when the first run comes, whether there is a second, and which
dates a run has.
"""

import logging
from datetime import datetime, timedelta

import pendulum
from airflow.sdk import DAG, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowTimetableInvalid
from airflow.timetables.events import EventsTimetable

log = logging.getLogger(__name__)

OPENING = pendulum.datetime(2026, 4, 1, 8, tz="UTC")
MOVEMENTS = {
    "2026-04-01T08:00:00+00:00": 120,
    "2026-04-03T17:30:00+00:00": -15,
    "2026-04-17T09:00:00+00:00": 60,
    "2026-04-29T12:00:00+00:00": -70,
    "2026-05-04T10:00:00+00:00": -5,
}

# --8<-- [start:events]
INSPECTIONS = EventsTimetable(
    event_dates=[
        pendulum.datetime(2026, 4, 3, 20, tz="UTC"),
        pendulum.datetime(2026, 4, 30, 20, tz="UTC"),
        pendulum.datetime(2026, 5, 29, 20, tz="UTC"),
    ],
    restrict_to_events=True,
    description="Inspection days",
)
# --8<-- [end:events]

# --8<-- [start:schedules]
SCHEDULES = {
    "": {"schedule": INSPECTIONS},
    "__opening": {"schedule": "@once"},
    "__always": {"schedule": "@continuous", "max_active_runs": 1},
    "__six_hours": {"schedule": timedelta(hours=6)},
    "__on_demand": {"schedule": None},
}
# --8<-- [end:schedules]


# --8<-- [start:refusal]
def refusal(**arguments) -> str:
    """Return what Airflow answers to a DAG with these arguments."""
    try:
        DAG("probe", **arguments).validate()
    except (ValueError, AirflowTimetableInvalid) as error:
        return str(error)
    raise AirflowFailException(f"accepted after all: {arguments}")


# --8<-- [end:refusal]


def stock_count():
    # --8<-- [start:moment]
    @task
    def count_stock(dag_run=None, data_interval_end=None) -> dict:
        """Add up the movements until the moment that this run stands for."""
        moment = data_interval_end or dag_run.run_after
        booked = [
            pieces
            for when, pieces in MOVEMENTS.items()
            if datetime.fromisoformat(when) <= moment
        ]
        log.info("%d movements until %s", len(booked), f"{moment:%d %B %H:%M}")
        return {"until": moment.isoformat(), "pieces": sum(booked)}

    # --8<-- [end:moment]

    # --8<-- [start:shortage]
    @task
    def order_more(counted: dict, wanted: int = 100) -> int:
        if counted["pieces"] < 0:
            raise AirflowFailException(f"{counted['pieces']} pieces: a wrong booking")
        return max(0, wanted - counted["pieces"])

    # --8<-- [end:shortage]

    order_more(count_stock())


# --8<-- [start:wrong]
@dag(
    dag_id="16_02_03_scheduled_runs_subtask_3__wrong",
    schedule=None,
    start_date=OPENING,
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.2"],
)
def wrong_schedules():
    @task
    def refusals() -> dict[str, str]:
        """Try three schedules that look right."""
        return {
            "always": refusal(schedule="@continuous", start_date=OPENING),
            "half_seven": refusal(schedule="30 7 * *", start_date=OPENING),
            "catch_up": refusal(schedule="@daily", catchup=True),
        }

    refusals()


# --8<-- [end:wrong]

counts = {
    role: dag(
        dag_id=f"16_02_03_scheduled_runs_subtask_3{role}",
        doc_md=__doc__,
        start_date=OPENING,
        catchup=False,
        tags=["reference", "control", "beginner", "success", "16.2"],
        **arguments,
    )(stock_count)()
    for role, arguments in SCHEDULES.items()
}
wrong_schedules()

if __name__ == "__main__":
    counts[""].test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
