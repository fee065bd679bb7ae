"""What runs at the limit of a task, and what the scheduler skips at that of a run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.models.dagrun import DagRun
from airflow.sdk.definitions.dag import _run_task
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

DAG = "/api/v2/dags/16_08_06_dag_run_timeout_subtask_6__run_limit"
RUN = f"{DAG}/dagRuns/monday"
UPSTREAM = {"reserve": set(), "load": {"reserve"}, "release": {"reserve", "load"}}


def upstream(dag) -> dict[str, set[str]]:
    return {task.task_id: task.upstream_task_ids for task in dag.tasks}


def test_a_load_in_time_leaves_no_lock(example):
    run = example.run(logical_date=None)

    assert set(run.states.values()) == {"success"}
    assert run.log == ["INFO finally"]
    assert not list(example.scratch.glob("*.lock"))
    assert upstream(example.dag) == UPSTREAM


def test_the_limit_of_the_task_runs_on_kill_finally_and_teardown(example):
    limit = example.dag.get_task("load").execution_timeout
    assert limit == timedelta(seconds=5) < example.dag.dagrun_timeout
    run = example.run("task-limit", conf={"seconds": 120})

    assert run.states == {"reserve": "success", "load": "failed", "release": "success"}
    assert run.task("load").error.startswith("AirflowTaskTimeout: Timeout, PID: ")
    assert sorted(run.task("load").log) == ["INFO finally", "INFO on_kill"]
    assert run.state == "failed"
    assert not list(example.scratch.glob("*.lock"))


def test_on_kill_gives_the_lock_back_without_the_teardown(example):
    load = example.dag.get_task("load")
    load.lock = example.scratch / "stock.lock"
    load.lock.touch()
    load.on_kill()
    assert not load.lock.exists()
    load.on_kill()  # the teardown may have been first


def test_the_limit_of_the_run_skips_the_teardown(example):
    dag = example.sibling("run_limit")
    assert dag.dagrun_timeout == timedelta(seconds=40)
    assert dag.get_task("release").is_teardown
    assert upstream(dag) == UPSTREAM
    with example.api.client("admin") as admin:
        admin.patch(DAG, json={"is_paused": False}).raise_for_status()
        body = {"dag_run_id": "monday", "logical_date": None}
        body |= {"run_after": "2026-05-01T06:30:00Z"}
        admin.post(f"{DAG}/dagRuns", json=body).raise_for_status()
        scheduler = Decisions()
        scheduler.decide()
        with create_session() as session:
            ti = session.scalars(select(DagRun)).one().get_task_instance("reserve")
        _run_task(ti=ti, task=dag.get_task("reserve"))
        scheduler.decide()  # load is queued
        with create_session() as session:
            run = session.scalars(select(DagRun)).one()
            run.start_date = datetime.now(UTC) - timedelta(seconds=41)
        scheduler.decide()
        rows = admin.get(f"{RUN}/taskInstances").json()["task_instances"]
        states = {row["task_id"]: row["state"] for row in rows}
        states["the run"] = admin.get(RUN).json()["state"]

    kept = example.scenario("run-limit")
    assert kept.keep("states", states) == {
        "reserve": "success",
        "load": "skipped",
        "release": "skipped",
        "the run": "failed",
    }
    # load had no process yet, so there was no on_kill.
    left = [file.name for file in Path(example.scratch).glob("*.lock")]
    assert kept.keep("locks after the run", left) == ["stock_monday.lock"]
