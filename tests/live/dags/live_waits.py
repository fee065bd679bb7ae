"""The three ways to wait for a moment: in the worker, by rescheduling, deferred."""

import pendulum
from airflow.providers.standard.sensors.date_time import (
    DateTimeSensor,
    DateTimeSensorAsync,
)
from airflow.sdk import dag

MOMENT = "{{ (dag_run.run_after + macros.timedelta(seconds=6)).isoformat() }}"


@dag(
    dag_id="live_waits",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
)
def live_waits():
    DateTimeSensor(task_id="poke", target_time=MOMENT, poke_interval=1)
    DateTimeSensor(
        task_id="reschedule", target_time=MOMENT, poke_interval=2, mode="reschedule"
    )
    DateTimeSensorAsync(task_id="deferred", target_time=MOMENT)


live_waits()
