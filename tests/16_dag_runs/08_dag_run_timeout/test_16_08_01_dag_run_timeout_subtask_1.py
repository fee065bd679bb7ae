"""The scheduler ends a run that has been running for longer than dagrun_timeout."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.sdk import DAG
from airflow.utils.session import create_session
from sqlalchemy import select, update

from dagbook.testing.scheduler import Decisions

SOON = "2026-05-01T06:30:00Z"
PATH = "/api/v2/dags/16_08_01_dag_run_timeout_subtask_1"


def move_back(field: str, seconds: int) -> None:
    """Let the only run of the database be older than it is."""
    with create_session() as session:
        run = session.scalars(select(DagRun)).one()
        setattr(run, field, datetime.now(UTC) - timedelta(seconds=seconds))


def test_a_run_within_its_time_succeeds(example):
    run = example.run(logical_date=None)

    assert example.dag.dagrun_timeout == timedelta(seconds=30)
    assert (run.state, run.value("load")) == ("success", 100)
    assert run.states == {"extract": "success", "load": "success"}


def test_the_clock_starts_when_the_run_is_running(example):
    scheduler = Decisions()
    with example.api.client("admin") as admin:
        admin.patch(PATH, json={"is_paused": False}).raise_for_status()
        body = {"dag_run_id": "slow", "logical_date": None, "run_after": SOON}
        admin.post(f"{PATH}/dagRuns", json=body).raise_for_status()

        def state_of_the_run() -> str:
            scheduler.decide()
            return admin.get(f"{PATH}/dagRuns/slow").json()["state"]

        move_back("queued_at", 3600)
        states = {"1 queued for 3600 s": state_of_the_run()}
        move_back("start_date", 31)
        states["2 then running for 31 s"] = state_of_the_run()
        rows = admin.get(f"{PATH}/dagRuns/slow/taskInstances").json()["task_instances"]

    assert example.scenario("clock").keep("state of the run", states) == {
        "1 queued for 3600 s": "running",
        "2 then running for 31 s": "failed",
    }
    assert {row["task_id"]: row["state"] for row in rows} == {
        "extract": "skipped",
        "load": "skipped",
    }


def test_a_process_that_raises_after_the_timeout_calls_its_own_callback(
    example, monkeypatch
):
    def sleep(_):
        with create_session() as session:  # as the scheduler does at the timeout
            rows = update(TaskInstance).where(TaskInstance.task_id == "extract")
            session.execute(rows.values(state="skipped"))
        raise ConnectionError("stopped")

    told = []
    example.dag.get_task("extract").on_failure_callback = [told.append]
    monkeypatch.setattr(example.module, "time", SimpleNamespace(sleep=sleep))
    example.run("raises-after-timeout", logical_date=None)
    assert len(told) == 1


def test_default_args_drop_it_silently_and_a_number_is_refused(example):
    # --8<-- [start:default-args]
    limit = {"dagrun_timeout": timedelta(seconds=30)}
    right = DAG("right", schedule=None, **limit)
    wrong = DAG("wrong", schedule=None, default_args=limit)
    # --8<-- [end:default-args]
    with pytest.raises(TypeError) as refused:
        DAG("seconds", schedule=None, dagrun_timeout=30)

    refusal = str(refused.value.args[0])
    assert refusal.startswith("'dagrun_timeout' must be <class 'datetime.timedelta'>")
    assert (right.dagrun_timeout, wrong.dagrun_timeout) == (timedelta(seconds=30), None)
    kept = example.scenario("in-default-args")
    kept.keep("dagrun_timeout of right and wrong", ["0:00:30", "None"])
    kept.keep("TypeError for dagrun_timeout=30", refusal)
