"""Two nights a year: a local schedule where the clock moves.

A bakery settles its power by the local calendar day, at half past two at night. Twice a
year that time does not exist or exists twice, and the day has 23 or 25 hours. The meter
counts every real hour, so a rate that divides by 24 is wrong on these two days.
"""

import logging
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pendulum
from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

KWH_PER_HOUR = 2.5

# --8<-- [start:schedules]
HALF_PAST_TWO = "30 2 * * *"
BAKERIES = {
    "": "Europe/Berlin",
    "__new_york": "America/New_York",
    "__utc": "UTC",
}
# --8<-- [end:schedules]


# --8<-- [start:local-day]
def day_before(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return where the calendar day before ``moment`` begins and ends in ``zone``."""
    if moment.tzinfo is None:
        raise AirflowFailException(f"{moment} says no time zone: whose clock is it?")
    clock = ZoneInfo(zone)
    today = moment.astimezone(clock).date()
    yesterday = today - timedelta(days=1)
    midnight = time(0)
    return (
        datetime.combine(yesterday, midnight, clock),
        datetime.combine(today, midnight, clock),
    )


# --8<-- [end:local-day]


# --8<-- [start:real-hours]
def real_hours(start: datetime, end: datetime) -> int:
    """Return how many hours really pass between two local times."""
    passed = end.astimezone(UTC) - start.astimezone(UTC)
    return int(passed.total_seconds()) // 3600


# --8<-- [end:real-hours]


def settle(zone: str):
    def night_settlement():
        @task
        def day(dag_run=None, logical_date=None) -> dict:
            start, end = day_before(logical_date or dag_run.run_after, zone)
            hours = real_hours(start, end)
            if hours != 24:
                log.warning("%s has %d hours in %s", f"{start:%d %B}", hours, zone)
            return {"day": f"{start:%Y-%m-%d}", "hours": hours}

        @task
        def meter(settled: dict) -> float:
            """Read the meter: it counts each hour that passes."""
            return settled["hours"] * KWH_PER_HOUR

        # --8<-- [start:rate]
        @task
        def rate(settled: dict, kwh: float) -> dict:
            return {
                "per_real_hour": kwh / settled["hours"],
                "per_24_hours": round(kwh / 24, 3),
            }

        # --8<-- [end:rate]

        settled = day()
        rate(settled, meter(settled))

    return night_settlement


bakeries = {
    role: dag(
        dag_id=f"16_02_05_scheduled_runs_subtask_5{role}",
        doc_md=__doc__,
        schedule=CronTriggerTimetable(HALF_PAST_TWO, timezone=zone),
        start_date=pendulum.datetime(2026, 1, 1, tz=zone),
        catchup=False,
        tags=["reference", "control", "beginner", "success", "16.2"],
    )(settle(zone))()
    for role, zone in BAKERIES.items()
}

if __name__ == "__main__":
    bakeries[""].test(logical_date=pendulum.datetime(2026, 3, 30, 0, 30, tz="UTC"))
