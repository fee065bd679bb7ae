"""Ask for the interval you want: four timetables, one report.

A warehouse counts the lorries that came through its gate in a day. The same tasks run
under four timetables that all say "every day". They differ in where the day begins,
what the run is called, and what a person gets who starts one at half past six.
"""

import logging
from datetime import datetime, timedelta

import pendulum
from airflow.sdk import (
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    Param,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

START = pendulum.datetime(2026, 4, 28, 6, 30, tz="UTC")
ARRIVALS = [
    "2026-04-29T22:15:00+00:00",
    "2026-04-30T05:40:00+00:00",
    "2026-04-30T07:10:00+00:00",
    "2026-04-30T15:00:00+00:00",
    "2026-05-01T05:20:00+00:00",
    "2026-05-01T06:10:00+00:00",
]

# --8<-- [start:timetables]
DAY = timedelta(days=1)
TIMETABLES = {
    "": CronTriggerTimetable("0 0 * * *", timezone="UTC", interval=DAY),
    "__cron_interval": CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    "__delta_tick": DeltaTriggerTimetable(DAY, interval=DAY),
    "__delta_interval": DeltaDataIntervalTimetable(DAY),
}
# --8<-- [end:timetables]


# --8<-- [start:require]
def require_length(start: datetime, end: datetime, expected: timedelta) -> None:
    """Raise when a run does not cover what its author had in mind."""
    if end - start != expected:
        raise AirflowFailException(
            f"this run covers {(end - start).total_seconds() / 3600:g} hours, the "
            f"report expects {expected.total_seconds() / 3600:g}: "
            "somebody has changed the timetable"
        )


# --8<-- [end:require]


def gate_report():
    # --8<-- [start:window]
    @task
    def window(data_interval_start=None, data_interval_end=None, params=None) -> dict:
        expected = timedelta(hours=params["expected_hours"])
        require_length(data_interval_start, data_interval_end, expected)
        return {
            "from": data_interval_start.isoformat(),
            "to": data_interval_end.isoformat(),
        }

    # --8<-- [end:window]

    # --8<-- [start:arrivals]
    @task
    def arrivals(covered: dict) -> dict:
        start, end = (datetime.fromisoformat(covered[key]) for key in ("from", "to"))
        inside = [a for a in ARRIVALS if start <= datetime.fromisoformat(a) < end]
        moments = [start, *(datetime.fromisoformat(a) for a in inside), end]
        quiet = max(b - a for a, b in zip(moments, moments[1:], strict=False))
        return {"lorries": len(inside), "quiet_hours": quiet / timedelta(hours=1)}

    # --8<-- [end:arrivals]

    # --8<-- [start:title]
    @task
    def title(counted: dict, logical_date=None, dag_run=None) -> str:
        called, ran = f"{logical_date:%d %B}", f"{dag_run.run_after:%d %B %H:%M}"
        log.info("called %s, allowed to start at %s", called, ran)
        return f"{counted['lorries']} lorries, report of {called}"

    # --8<-- [end:title]

    title(arrivals(window()))


gates = {
    role: dag(
        dag_id=f"16_02_02_scheduled_runs_subtask_2{role}",
        doc_md=__doc__,
        schedule=timetable,
        start_date=START,
        catchup=False,
        tags=["reference", "control", "beginner", "success", "16.2"],
        params={"expected_hours": Param(24, type="integer")},
    )(gate_report)()
    for role, timetable in TIMETABLES.items()
}

if __name__ == "__main__":
    gates[""].test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
