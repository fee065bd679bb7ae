"""A sensor's timeout: skipped, failed at once, and what does not replace it."""

import re
from datetime import timedelta

import pendulum
import pytest
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.sdk.bases.sensor import BaseSensorOperator
from airflow.sdk.exceptions import TaskDeferred

from dagbook.running.dag_test import LIMIT, LOGICAL_DATE, RUN_AFTER, load, test_run

OVER = re.compile(
    r"AirflowSensorTimeout: Sensor has timed out; run duration of 3\.\d+ seconds "
    r"exceeds the specified timeout of 3\.0\."
)


def ended(example, role: str, old: str, new: str) -> str:
    """Run a copy of the file with one change; return how ``vendor_file`` ended."""
    source = example.paths.dag.read_text()
    assert source.count(old) == 1
    file = example.scratch / example.paths.dag.name
    file.write_text(source.replace(old, new))
    dag = load(file)[0][f"{example.stem}{role}"]
    run, _ = test_run(
        dag,
        logical_date=LOGICAL_DATE,
        run_after=RUN_AFTER,
        conf=None,
        mark_success=None,
        limit=LIMIT,
    )
    ti = run.get_task_instance("vendor_file")
    return f"{ti.state} at try {ti.try_number}"


def test_without_a_file_the_sensor_is_skipped(example):
    run = example.run(logical_date=None)

    assert run.states == {
        "vendor_file": "skipped",
        "load": "skipped",
        "report": "success",
    }
    assert (run.state, run.value("report")) == ("success", "no file today")
    [only] = run.task("vendor_file").tries
    assert 3 <= only["duration"] < 30


def test_with_a_file_nothing_is_skipped(example):
    file = example.scratch / "vendor.csv"
    file.write_text("A-1,20\nA-2,30\n")
    run = example.run("file-there", conf={"file": str(file)})

    assert set(run.states.values()) == {"success"}
    assert (run.state, run.value("report")) == ("success", "2 orders")


def test_a_timeout_is_not_retried(example):
    run = example.run("hard", role="hard")

    sensor = run.task("vendor_file")
    assert (sensor.state, sensor.try_number, sensor.max_tries) == ("failed", 1, 2)
    assert OVER.fullmatch(sensor.error)
    assert run.states["load"] == "upstream_failed"
    assert run.state == "failed"


def test_timeout_counts_all_reschedules_and_execution_timeout_only_one_try(example):
    old = "timeout=3, soft_fail=True"
    limit = "execution_timeout=timedelta(seconds=3)"
    ends = {
        "1 timeout=3, reschedule": ended(example, "", old, f"mode='reschedule', {old}"),
        "2 execution_timeout": ended(example, "", old, f"{limit}, soft_fail=True"),
        "3 the same, 2 retries": ended(
            example, "__hard", "timeout=3, soft_fail=True", limit
        ),
    }
    assert example.scenario("other-limits").keep(
        "vendor_file without a file", ends
    ) == {
        "1 timeout=3, reschedule": "skipped at try 1",
        "2 execution_timeout": "failed at try 1",
        "3 the same, 2 retries": "failed at try 3",
    }


def test_seven_days_by_default(example):
    forgotten = BaseSensorOperator(task_id="forgotten")
    assert forgotten.timeout == timedelta(days=7).total_seconds()
    assert example.dag.dagrun_timeout == timedelta(minutes=5)


def test_a_deferred_wait_has_no_timeout_of_its_own(example):
    moment = pendulum.datetime(2030, 1, 1)
    sensor = DateTimeSensorAsync(task_id="wait", target_time=moment, timeout=25)
    with pytest.raises(TaskDeferred) as deferral:
        sensor.execute({})
    assert deferral.value.timeout is None
