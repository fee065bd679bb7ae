"""Report the sales of a calendar day in Berlin, with 23, 24 or 25 hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pendulum
from airflow.sdk import CronTriggerTimetable, dag, task

BERLIN = ZoneInfo("Europe/Berlin")


# --8<-- [start:hours]
def hours_between(start: datetime, end: datetime) -> float:
    return (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(hours=1)


# --8<-- [end:hours]


# --8<-- [start:answer]
@dag(
    schedule=CronTriggerTimetable("30 2 * * *", timezone="Europe/Berlin"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # --8<-- [end:answer]
    dag_id="16_02_05_scheduled_runs_subtask_5",
    doc_md=__doc__,
    is_paused_upon_creation=True,
    tags=["reference", "control", "beginner", "success", "16.2"],
)
def local_sales():
    # --8<-- [start:day]
    @task
    def day(dag_run=None) -> dict:
        now = (dag_run.logical_date or dag_run.run_after).astimezone(BERLIN)
        end = datetime.combine(now.date(), time(0), BERLIN)
        start = datetime.combine(now.date() - timedelta(days=1), time(0), BERLIN)
        return {"date": f"{start:%Y-%m-%d}", "hours": hours_between(start, end)}

    # --8<-- [end:day]
    @task
    def report(day: dict) -> dict:
        pieces = 10 * day["hours"]  # the shop sells ten pieces in each hour
        rates = {"by 24": round(pieces / 24, 2), "per hour": pieces / day["hours"]}
        return day | rates

    report(day())


sales = local_sales()

if __name__ == "__main__":
    sales.test(logical_date=None)
