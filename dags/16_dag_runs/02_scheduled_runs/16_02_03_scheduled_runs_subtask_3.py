"""Count the stock on two chosen dates; the second DAG counts without a pause."""

import pendulum
from airflow.sdk import dag, task

# --8<-- [start:answer]
from airflow.timetables.events import EventsTimetable

STOCKTAKING = EventsTimetable(
    event_dates=[
        pendulum.datetime(2026, 4, 30, 20, tz="UTC"),
        pendulum.datetime(2026, 5, 29, 20, tz="UTC"),
    ],
    restrict_to_events=True,
)
# --8<-- [end:answer]
# --8<-- [start:schedules]
SCHEDULES = {
    "": {"schedule": STOCKTAKING},
    "__continuous": {"schedule": "@continuous", "max_active_runs": 1},
}
# --8<-- [end:schedules]


def stock():
    # --8<-- [start:count]
    @task
    def count_stock(dag_run=None) -> str:
        until = dag_run.data_interval_end or dag_run.run_after
        return f"stock at {until:%Y-%m-%d %H:%M}"

    # --8<-- [end:count]
    count_stock()


dags = {
    role: dag(
        dag_id=f"16_02_03_scheduled_runs_subtask_3{role}",
        doc_md=__doc__,
        start_date=pendulum.datetime(2026, 4, 1, 8, tz="UTC"),
        catchup=False,
        is_paused_upon_creation=True,
        tags=["reference", "control", "beginner", "success", "16.2"],
        **arguments,
    )(stock)()
    for role, arguments in SCHEDULES.items()
}

if __name__ == "__main__":
    dags[""].test(logical_date=None)
