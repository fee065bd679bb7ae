"""A daily schedule in Airflow 3 is a tick, not an interval.

A meter sends a reading every six hours, and this DAG adds up a day of them. With
``@daily`` the run's data interval has no length, so a query over the interval finds
nothing. The DAG says itself how far back it looks from the tick.
"""

import logging
from datetime import datetime, timedelta

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

READINGS = {
    "2026-04-29T18:00:00+00:00": 1.5,
    "2026-04-30T00:00:00+00:00": 0.5,
    "2026-04-30T06:00:00+00:00": 2.0,
    "2026-04-30T12:00:00+00:00": 3.25,
    "2026-04-30T18:00:00+00:00": 4.0,
    "2026-05-01T00:00:00+00:00": 0.75,
}


# --8<-- [start:between]
def consumption(start: datetime, end: datetime) -> dict:
    """Add up the readings of a window that includes its start and not its end."""
    inside = [
        kwh
        for moment, kwh in READINGS.items()
        if start <= datetime.fromisoformat(moment) < end
    ]
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "readings": len(inside),
        "kwh": sum(inside),
    }


# --8<-- [end:between]


# --8<-- [start:window]
def window(start: datetime, end: datetime, hours: int | None):
    """Return the window of a run, and refuse one of no length.

    ``hours`` counts back from the end of the run's interval. Without it the interval
    itself is the window, as it was in Airflow 2.
    """
    if hours is not None:
        return end - timedelta(hours=hours), end
    if start == end:
        raise AirflowFailException(
            f"the interval of this run begins and ends at {end:%Y-%m-%d %H:%M}: "
            "set window_hours, or give the DAG a timetable with intervals"
        )
    return start, end


# --8<-- [end:window]


@dag(
    dag_id="16_02_01_scheduled_runs_subtask_1",
    doc_md=__doc__,
    # --8<-- [start:schedule]
    schedule="@daily",
    start_date=pendulum.datetime(2026, 4, 1, tz="UTC"),
    catchup=False,
    # --8<-- [end:schedule]
    tags=["reference", "control", "beginner", "success", "16.2"],
    params={"window_hours": Param(24, type=["null", "integer"], minimum=1)},
    default_args={
        "owner": "metering",
        "retries": 1,
        "retry_delay": timedelta(seconds=1),
    },
)
def daily_consumption():
    # --8<-- [start:legacy]
    @task
    def by_interval(data_interval_start=None, data_interval_end=None) -> dict:
        """Query the data interval, as a DAG from Airflow 2 does."""
        return consumption(data_interval_start, data_interval_end)

    # --8<-- [end:legacy]

    # --8<-- [start:explicit]
    @task
    def by_window(
        params=None, data_interval_start=None, data_interval_end=None
    ) -> dict:
        """Query the hours before the tick."""
        hours = params["window_hours"]
        return consumption(*window(data_interval_start, data_interval_end, hours))

    # --8<-- [end:explicit]

    # --8<-- [start:compare]
    @task
    def day_total(interval: dict, explicit: dict) -> float:
        if not explicit["readings"]:
            raise AirflowFailException(
                f"no reading from {explicit['from']} to {explicit['to']}"
            )
        if interval["readings"] != explicit["readings"]:
            log.warning(
                "the data interval holds %d readings, the window %d",
                interval["readings"],
                explicit["readings"],
            )
        return explicit["kwh"]

    # --8<-- [end:compare]

    day_total(by_interval(), by_window())


meter = daily_consumption()

if __name__ == "__main__":
    meter.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
