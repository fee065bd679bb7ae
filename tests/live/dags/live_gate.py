"""Tasks that wait for a file, so that a test decides when they go on.

``before`` → ``gate`` → ``after``. The conf names a folder: ``gate`` writes its process
id there as ``gate.<try>.pid``, counts its starts and ends once ``open`` exists.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import dag, task

LIMIT = 240


@dag(
    dag_id="live_gate",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=4,
    params={"folder": ""},
    default_args={"retries": 0},
)
def live_gate():
    @task
    def before(params=None) -> str:
        Path(params["folder"]).mkdir(parents=True, exist_ok=True)
        return params["folder"]

    @task(retries=2, retry_delay=timedelta(seconds=1))
    def gate(folder: str, ti=None) -> int:
        place = Path(folder)
        (place / f"gate.{ti.try_number}.pid").write_text(str(os.getpid()))
        deadline = time.monotonic() + LIMIT
        while not (place / "open").exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody opened the gate within {LIMIT} s")
            time.sleep(0.1)
        return ti.try_number

    @task
    def after(tries: int) -> str:
        return f"went through on try {tries}"

    after(gate(before()))


live_gate()
