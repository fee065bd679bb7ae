"""Report the orders of a day; two timetables give a daily run an interval again."""

from datetime import timedelta

import pendulum
from airflow.sdk import CronDataIntervalTimetable, CronTriggerTimetable, dag, task

# --8<-- [start:answer]
TIMETABLES = {
    "": CronDataIntervalTimetable("@daily", timezone="UTC"),
    "__tick": CronTriggerTimetable(
        "0 0 * * *", timezone="UTC", interval=timedelta(days=1)
    ),
}
# --8<-- [end:answer]


def sales():
    # --8<-- [start:extract]
    @task
    def extract(dag_run=None) -> str:
        end = dag_run.data_interval_end or dag_run.run_after
        start = dag_run.data_interval_start or end - timedelta(days=1)
        return f"orders from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"

    # --8<-- [end:extract]
    @task
    def report(orders: str, logical_date=None) -> str:
        name = f"{logical_date:%Y-%m-%d}" if logical_date else "no date"
        return f"report of {name}: {orders}"

    report(extract())


dags = {
    role: dag(
        dag_id=f"16_02_02_scheduled_runs_subtask_2{role}",
        doc_md=__doc__,
        schedule=timetable,
        start_date=pendulum.datetime(2026, 4, 28, 6, 30, tz="UTC"),
        catchup=False,
        is_paused_upon_creation=True,
        tags=["reference", "control", "beginner", "success", "16.2"],
    )(sales)()
    for role, timetable in TIMETABLES.items()
}

if __name__ == "__main__":
    dags[""].test(logical_date=None)
