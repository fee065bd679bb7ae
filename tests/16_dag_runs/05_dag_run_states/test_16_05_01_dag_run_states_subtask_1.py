"""What a listener hears of runs and tasks, and what it does not hear."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.listeners import hookimpl
from airflow.listeners.listener import get_listener_manager as of_the_scheduler
from airflow.models import DagRun
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk.listener import get_listener_manager as of_the_task
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.running.dag_test import load
from dagbook.testing.scheduler import Decisions

DAG = "/api/v2/dags/16_05_01_dag_run_states_subtask_1"
EXTRACT = [
    "extract: queued -> running",
    "extract: running -> up_for_retry",
    "extract: queued -> running",
    "extract: running -> success",
    "load: queued -> running",
]


@contextmanager
def listening(*listeners: object) -> Iterator[None]:
    """Register listeners as a plugin does: for the scheduler's part and the task's."""
    managers = [of_the_scheduler(), of_the_task()]
    for listener in listeners:
        for manager in managers:
            manager.add_listener(listener)
    try:
        yield
    finally:
        for listener in listeners:
            for manager in managers:
                manager.pm.unregister(listener)


def heard(example) -> list[str]:
    """Return the new lines of the listener."""
    file = example.scratch / "witness.log"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


@pytest.fixture
def op(example):
    with example.api.client("op") as client:
        client.patch(DAG, json={"is_paused": False}).raise_for_status()
        yield client


def trigger(op, run_id: str) -> str:
    body = {"dag_run_id": run_id, "logical_date": None}
    op.post(f"{DAG}/dagRuns", json=body).raise_for_status()
    return f"{DAG}/dagRuns/{run_id}"


def test_a_task_that_a_rule_skips_is_not_heard(example):
    with listening(example.module.Witness()):
        run = example.run(logical_date=None)

    assert run.states == {"extract": "success", "load": "skipped", "report": "skipped"}
    assert (run.state, run.task("report").try_number) == ("success", 0)
    lines = example.scenario("default").keep("witness.log", heard(example))
    assert lines == [
        *EXTRACT,
        "load: running -> skipped",
        "the run (success): success",
    ]
    example.scenario("default").keep("first try of extract", lines[1])


def test_a_failed_task_is_heard_and_an_upstream_failed_one_is_not(example):
    with listening(example.module.Witness()):
        run = example.run("failed", logical_date=None, conf={"orders": [20, "n/a"]})

    assert run.states["load"] == "failed"
    assert run.states["report"] == "upstream_failed"
    assert heard(example) == [
        *EXTRACT,
        "load: running -> failed",
        "the run (task_failure): failed",
    ]


# --8<-- [start:raises]
class Broken:
    @hookimpl
    def on_task_instance_success(self, previous_state, task_instance):
        raise RuntimeError("a bug of this listener")


# --8<-- [end:raises]


def test_a_listener_that_raises_silences_others_and_changes_no_state(example):
    with listening(example.module.Witness(), Broken()):
        run = example.run("raises", logical_date=None, conf={"orders": [20, 30]})

    assert set(run.states.values()) == {"success"}
    lines = example.scenario("raises").keep("witness.log", heard(example))
    assert [line for line in lines if "->" in line and "success" in line] == []
    assert lines[-3:] == [
        "load: queued -> running",
        "report: queued -> running",
        "the run (success): success",
    ]


def test_the_reason_of_a_mark_and_of_a_timeout(example, op, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")
    text, at, end = example.paths.dag.read_text(), "catchup=False,", "report(load("
    assert text.count(at) == text.count(end) == 1
    empty = "from airflow.providers.standard.operators.empty import EmptyOperator"
    text = text.replace(end, f"{empty}\n    EmptyOperator(task_id='empty')\n    {end}")
    file = example.scratch / example.paths.dag.name
    file.write_text(text.replace(at, f"{at} dagrun_timeout=timedelta(hours=1),"))
    load(file)
    scheduler, kept = Decisions(), example.scenario("ends")
    with listening(example.module.Witness()):
        late = trigger(op, "late")
        scheduler.decide()
        started = heard(example)
        assert op.get(f"{late}/taskInstances/empty").json()["state"] == "success"
        with create_session() as session:
            run = session.scalars(select(DagRun)).one()
            run.start_date = datetime.now(UTC) - timedelta(hours=2)
        scheduler.decide()
        assert op.get(late).json()["state"] == "failed"
        timed_out = heard(example)

        marked = trigger(op, "marked")
        task = f"{marked}/taskInstances/extract"
        op.patch(task, json={"new_state": "success"}).raise_for_status()
        task_marked = heard(example)
        op.patch(marked, json={"state": "failed"}).raise_for_status()
        run_marked = heard(example)

    lines = {
        "1 started by the scheduler": "; ".join(started),
        "2 after dagrun_timeout": "; ".join(timed_out),
        "3 extract marked before it started": "; ".join(task_marked),
        "4 run marked": "; ".join(run_marked),
    }
    assert kept.keep("run and task hooks", lines) == {
        "1 started by the scheduler": "the run (started): running",
        "2 after dagrun_timeout": "the run (timed_out): failed",
        "3 extract marked before it started": "extract: None -> success",
        "4 run marked": "the run "
        "(Dag Run's state was manually set to `failed`.): failed",
    }


def test_the_scheduler_calls_the_listener_when_the_executor_reports_a_failure(
    example, op
):
    scheduler = Decisions()
    with listening(example.module.Witness()):
        trigger(op, "lost")
        scheduler.decide()
        heard(example)
        scheduler.executor_reports("extract", "failed")
    assert heard(example) == ["extract: running -> up_for_retry"]


def test_other_dags_are_left_out(example):
    example.module.note(SimpleNamespace(dag_id="another"), "not ours")
    assert heard(example) == []


def test_the_plugin_registers_the_listener(example):
    plugin, witness = example.module.WitnessPlugin, example.module.Witness
    assert issubclass(plugin, AirflowPlugin)
    assert [type(one) for one in plugin.listeners] == [witness]
