"""Timeouts in the wrong place, too short, missing, and in each other's way."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.models.dagrun import DagRun
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import DAG
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

FIXED = "/api/v2/dags/16_12_05_timeout_configuration_mistakes__fixed"


def test_dagrun_timeout_in_default_args_is_dropped(example):
    run = example.run(logical_date=None)

    assert run.task("report").log == ["WARNING 42 sold, dagrun_timeout: None"]
    assert run.state == "success"
    assert run.task("extract").tries[0]["duration"] > 1  # longer than its limit
    task = EmptyOperator(task_id="load")
    sensor = PythonSensor(task_id="wait", python_callable=bool)
    assert example.scenario("default").keep(
        "timeouts without a setting",
        {
            "dagrun_timeout": DAG("sales", schedule=None).dagrun_timeout,
            "execution_timeout": task.execution_timeout,
            "timeout of a sensor": str(timedelta(seconds=sensor.timeout)),
        },
    ) == {
        "dagrun_timeout": None,
        "execution_timeout": None,
        "timeout of a sensor": "7 days, 0:00:00",
    }


def test_execution_timeout_is_no_argument_of_a_dag(example):
    with pytest.raises(TypeError) as refused:
        DAG("sales", schedule=None, execution_timeout=timedelta(minutes=1))

    assert example.scenario("on-the-dag").keep(
        "execution_timeout as an argument of the DAG", f"TypeError: {refused.value}"
    ) == (
        "TypeError: DAG.__init__() got an unexpected keyword argument "
        "'execution_timeout'"
    )


def test_fixed_has_both_limits(example):
    run = example.run("fixed", role="fixed", logical_date=None)
    extract = example.sibling("fixed").get_task("extract")
    one = extract.execution_timeout
    tries = one * (extract.retries + 1) + extract.retry_delay * extract.retries
    whole = example.sibling("fixed").dagrun_timeout

    assert run.state == "success"
    assert run.task("report").log == ["INFO 42 sold, dagrun_timeout: 0:10:00"]
    assert run.task("extract").try_number == 1
    assert example.scenario("fixed").keep(
        "limits",
        {
            "1 one try": str(one),
            "2 two tries and the wait": str(tries),
            "3 the whole run": str(whole),
        },
    ) == {
        "1 one try": "0:00:03",
        "2 two tries and the wait": "0:00:07",
        "3 the whole run": "0:10:00",
    }


def test_execution_timeout_fails_a_try_and_the_retry_succeeds(example):
    conf = {"seconds": 50}
    run = example.run("slow-once", role="fixed", logical_date=None, conf=conf)

    extract = run.task("extract")
    assert [one["state"] for one in extract.tries] == ["failed", "success"]
    assert extract.errors[0].startswith("AirflowTaskTimeout: Timeout, PID: ")
    assert (run.state, extract.value) == ("success", [20, 22])


def test_dagrun_timeout_that_comes_first_skips_tasks_without_a_retry(example):
    scheduler = Decisions()
    with example.api.client("op") as op:
        op.patch(FIXED, json={"is_paused": False}).raise_for_status()
        body = {"dag_run_id": "slow", "logical_date": None}
        op.post(f"{FIXED}/dagRuns", json=body).raise_for_status()
        scheduler.decide()
        with create_session() as session:
            run = session.scalars(select(DagRun)).one()
            assert run.state == "running"
            run.start_date = datetime.now(UTC) - timedelta(minutes=11)
        scheduler.decide()
        state = op.get(f"{FIXED}/dagRuns/slow").json()["state"]
        path = f"{FIXED}/dagRuns/slow/taskInstances"
        rows = op.get(path).json()["task_instances"]
        scheduler.decide()
        assert op.get(f"{FIXED}/dagRuns/slow").json()["state"] == "failed"

    tasks = {row["task_id"]: f"{row['state']}, try {row['try_number']}" for row in rows}
    assert example.scenario("run-limit-first").keep(
        "states after 11 minutes", {"the run": state, **tasks}
    ) == {"the run": "failed", "extract": "skipped, try 1", "report": "skipped, try 0"}
