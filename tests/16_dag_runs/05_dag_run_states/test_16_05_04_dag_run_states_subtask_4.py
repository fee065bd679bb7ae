"""What a DAG's callback is told, and which ends of a run call it."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow import sdk
from airflow.configuration import conf
from airflow.models.callback import DagProcessorCallback
from airflow.models.dagrun import DagRun
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.running.dag_test import load
from dagbook.testing.scheduler import Decisions

DAG = "/api/v2/dags/16_05_04_dag_run_states_subtask_4"
RUN = f"{DAG}/dagRuns/today"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded; the DAG is not paused."""
    with example.api.client("op") as client:
        client.patch(DAG, json={"is_paused": False}).raise_for_status()
        yield client


def started(op) -> Decisions:
    """Trigger a run and let the scheduler start it."""
    body = {"dag_run_id": "today", "logical_date": None}
    op.post(f"{DAG}/dagRuns", json=body).raise_for_status()
    scheduler = Decisions()
    scheduler.decide()
    assert op.get(RUN).json()["state"] == "running"
    return scheduler


def mark(op, what: str, state: str) -> None:
    if what == "run":
        op.patch(RUN, json={"state": state}).raise_for_status()
    else:
        path = f"{RUN}/taskInstances/{what}"
        op.patch(path, json={"new_state": state}).raise_for_status()


def requests() -> list:
    """Return what the scheduler asked the DAG processor to call."""
    with create_session() as session:
        rows = session.scalars(select(DagProcessorCallback)).all()
        return [row.get_callback_request() for row in rows]


def calls() -> list[str]:
    return [
        f"on_{'failure' if one.is_failure_callback else 'success'}_callback: {one.msg}"
        for one in requests()
    ]


def told(example) -> list[str]:
    file = example.scratch / "sales_runs.log"
    lines = file.read_text().splitlines() if file.exists() else []
    return [line.removeprefix(f"{example.stem}: ") for line in lines]


def test_a_success_names_the_task_that_succeeded_last(example):
    run = example.run(logical_date=None)
    assert set(run.states.values()) == {"success"}
    line = told(example)
    assert line == ["success, archive"]
    example.scenario("default").keep("line in sales_runs.log", line[0])


def test_two_failed_tasks_are_one_call_after_a_callback_that_raises(example, capfd):
    run = example.run("failed", logical_date=None, conf={"fail": True})
    assert run.states == {"extract": "success", "load": "failed", "archive": "failed"}
    line = told(example)
    assert line == ["task_failure, archive"]
    kept = example.scenario("failed")
    kept.keep("line in sales_runs.log", line[0])

    logged = capfd.readouterr().out
    assert f"Callback failed for {example.stem}" in logged
    assert "ConnectionError: the pager does not answer" in logged
    error = "Callback failed … ConnectionError: the pager does not answer"
    kept.keep("page, tell and the run", {"page": error, "run": run.state})


def test_a_run_in_which_all_tasks_are_skipped_is_a_success_without_a_task(example):
    run = example.run("skipped", logical_date=None, conf={"skip": True})
    assert set(run.states.values()) == {"skipped"}
    line = told(example)
    assert (run.state, line) == ("success", ["success, no task"])
    example.scenario("skipped").keep("line in sales_runs.log", line[0])


def test_a_timeout_calls_with_a_reason_of_its_own(example, op):
    scheduler = started(op)
    with create_session() as session:
        run = session.scalars(select(DagRun)).one()
        run.start_date = datetime.now(UTC) - timedelta(hours=2)
    scheduler.decide()
    assert op.get(RUN).json()["state"] == "failed"
    called = calls()
    assert called == ["on_failure_callback: timed_out"]
    assert requests()[0].context_from_server.last_ti.task_id in example.dag.task_dict
    example.scenario("timed-out").keep("call after dagrun_timeout", called[0])


def test_a_mark_of_the_run_calls_nothing_and_a_mark_of_its_tasks_does(example, op):
    scheduler = started(op)
    mark(op, "run", "failed")
    scheduler.decide()
    assert op.get(RUN).json()["state"] == "failed"
    of_the_run = calls()
    op.delete(RUN).raise_for_status()

    scheduler = started(op)
    for task in ("extract", "load", "archive"):
        mark(op, task, "failed" if task == "archive" else "success")
    scheduler.decide()
    of_the_task = calls()

    # queued again, the scheduler finds the same tasks and ends the run once more
    mark(op, "run", "queued")
    scheduler.decide()
    scheduler.decide()
    again = calls()[1:]
    mark(op, "archive", "success")  # of a finished run
    scheduler.decide()
    assert len(calls()) == 2

    assert of_the_run == []
    assert of_the_task == again == ["on_failure_callback: task_failure"]
    seen = {
        "1 run marked as failed": "no call",
        "2 task archive marked as failed": of_the_task[0],
        "3 that run set to queued": again[0],
    }
    example.scenario("marked").keep("call", seen)


def test_a_mark_of_a_run_with_a_pending_teardown_calls_later(example, op, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")
    text = example.paths.dag.read_text()
    last = ">> archive(orders)\n"
    assert text.count(last) == 1
    file = example.scratch / example.paths.dag.name
    teardown = ">> archive(orders).as_teardown(setups=orders)\n"
    file.write_text(text.replace(last, teardown))
    load(file)
    scheduler = started(op)
    mark(op, "extract", "success")
    scheduler.decide()
    mark(op, "run", "failed")
    assert op.get(RUN).json()["state"] == "running"
    assert calls() == []
    mark(op, "archive", "success")
    scheduler.decide()
    ended = op.get(RUN).json()["state"]
    seen = {"run": ended, "call": calls()[0]}
    assert seen == {"run": "success", "call": "on_success_callback: success"}
    example.scenario("teardown").keep("after a mark as failed", seen)


def test_in_default_args_the_callback_belongs_to_the_tasks(example):
    tell = example.module.tell
    args = {"on_failure_callback": tell}
    with sdk.DAG("by_default", schedule=None, default_args=args):
        task = EmptyOperator(task_id="load")
    assert task.on_failure_callback == [tell]
    assert task.dag.on_failure_callback is None
    assert not any(one.on_failure_callback for one in example.dag.tasks)


def test_a_callback_takes_one_of_the_parsing_processes_and_its_time():
    names = ("parsing_processes", "dag_file_processor_timeout")
    limits = [conf.get_default_value("dag_processor", name) for name in names]
    assert limits == ["2", "50"]
