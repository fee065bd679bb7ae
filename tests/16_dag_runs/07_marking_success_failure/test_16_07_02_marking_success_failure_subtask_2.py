"""A task is stopped by a mark: what on_kill stops, who is told, what is refused."""

import inspect
import threading
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from airflow.configuration import conf
from airflow.listeners import hookimpl
from airflow.listeners.listener import get_listener_manager
from airflow.sdk.execution_time.supervisor import WatchedSubprocess
from airflow.triggers.base import BaseTrigger

from dagbook.testing.log_trigger import when_logged

STEM = "16_07_02_marking_success_failure_subtask_2"
FAILED = {"new_state": "failed"}


def path_of(run, task: str = "") -> str:
    whole = f"/api/v2/dags/{STEM}/dagRuns/{quote(run.run_id)}"
    return f"{whole}/taskInstances/{task}" if task else whole


def state(client, path: str) -> str:
    return client.get(path).raise_for_status().json()["state"]


@contextmanager
def marked_at_work(example, caplog):
    """Mark the load as failed when it has started its job; yield what is told."""
    told: list[str] = []

    class Ear:
        @hookimpl
        def on_task_instance_failed(self, previous_state, task_instance, error) -> None:
            if str(error) == "TaskInstance's state was manually set to `failed`.":
                told.append("listener: the mark")

    def mark() -> None:
        with example.api.client("op") as op:
            rows = op.get("/api/v2/dags/~/dagRuns/~/taskInstances?state=running").json()
            (row,) = rows["task_instances"]
            run = f"/api/v2/dags/{row['dag_id']}/dagRuns/{quote(row['dag_run_id'])}"
            op.patch(f"{run}/taskInstances/load", json=FAILED).raise_for_status()

    assert example.api.url
    get_listener_manager().add_listener(ear := Ear())
    try:
        with when_logged(example, "started", mark):
            yield told
    finally:
        get_listener_manager().pm.unregister(ear)
        told += [line for line in caplog.messages if line.endswith("callback")]


@pytest.mark.parametrize(("role", "tries"), [("", 1), ("function", 2)])
def test_the_job_fails_by_itself(example, role, tries):
    run = example.run(role or "default", role=role, logical_date=None)
    assert run.task("load").errors == ["RuntimeError: the job ended with 3"] * tries
    assert run.states == {"load": "failed", "report": "upstream_failed"}
    assert run.state == "failed"


def test_on_kill_ends_the_job_and_execute_raises(example):
    load = example.dag.get_task("load")
    stop = threading.Timer(0.1, load.on_kill)
    with (
        when_logged(example, "started", stop.start),
        pytest.raises(RuntimeError) as stopped,
    ):
        load.execute({"params": {"seconds": 20, "code": 3}})
    stop.join()
    error = f"RuntimeError: {stopped.value}"
    assert error == "RuntimeError: the job ended with -9"
    example.scenario("on-kill").keep("execute() after on_kill()", error)
    assert load.job.poll() == -9
    assert "on_kill" not in vars(type(example.sibling("function").get_task("load")))


def test_a_process_that_raises_after_the_mark_calls_back(example, caplog):
    with marked_at_work(example, caplog) as told:
        run = example.run("marked-at-work", logical_date=None)
    assert run.states == {"load": "failed", "report": "upstream_failed"}
    assert run.state == "failed"
    assert told == ["listener: the mark", "failure callback", "DAG callback"]
    kept = example.scenario("marked-at-work")
    kept.keep("told after the mark, in this order", told)


def test_a_process_that_returns_after_the_mark_calls_success_back(example, caplog):
    caplog.set_level("INFO")
    with marked_at_work(example, caplog) as told:
        example.run("returns-later", logical_date=None, conf={"code": 0})
    assert told == ["listener: the mark", "success callback"]


def test_states_that_cannot_be_set_and_a_second_mark(example):
    run = example.run("marks", logical_date=None)
    with example.scenario("marks").http("op", keep=["detail"]) as op:
        body = {"new_state": "up_for_retry"}
        other = op.patch(path_of(run, "load"), json=body)
        again = op.patch(
            path_of(run, "load"), json=FAILED, extensions={"name": "again"}
        )
    assert other.status_code == 422
    told = other.json()["detail"][0]["msg"]
    assert told == (
        "Value error, 'up_for_retry' is not one of ['success', 'failed', 'skipped']"
    )
    assert again.status_code == 409
    assert again.json()["detail"] == "Task id load is already in failed state"
    example.scenario("marks").keep("422 for another state", told)


def test_a_mark_after_the_end_changes_the_task_alone(example):
    run = example.run("too-late", logical_date=None, conf={"code": 0})
    assert run.state == "success"
    kept = example.scenario("too-late")
    with kept.http("op", keep=["total_entries"]) as op:
        op.patch(
            path_of(run, "load"), json=FAILED, extensions={"name": "mark"}
        ).raise_for_status()
    with example.api.client("viewer") as viewer:
        states = {task: state(viewer, path_of(run, task)) for task in run.states}
        states["the run"] = state(viewer, path_of(run))
    assert kept.keep("states after a late mark", states) == {
        "load": "failed",
        "report": "success",
        "the run": "success",
    }


def test_how_soon_a_process_is_told_and_killed():
    assert conf.getint("workers", "min_heartbeat_interval") == 5
    kill = inspect.signature(WatchedSubprocess.kill).parameters
    assert kill["escalation_delay"].default == 5.0
    assert inspect.iscoroutinefunction(BaseTrigger.on_kill)
