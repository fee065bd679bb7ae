"""The old arguments warn, and two deadlines tell of a run that is late."""

import warnings
from datetime import UTC, datetime, timedelta

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.deadline import Deadline
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from airflow.utils.session import create_session
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from dagbook.running.dag_test import load
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_14_03_sla_driven_run_monitoring"
QUEUED = "DeadlineReference.DAGRUN_QUEUED_AT"
AVERAGE = "DeadlineReference.AVERAGE_RUNTIME(max_runs=10, min_runs=3)"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def trigger(op, run_id: str) -> None:
    body = {"dag_run_id": run_id, "logical_date": None}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()


def deadlines(run_id: str) -> list[str]:
    """Return when each deadline of a run is, to 10 seconds."""
    with create_session() as session:
        run = session.scalars(select(DagRun).filter_by(run_id=run_id)).one()
        found = select(Deadline).filter_by(dagrun_id=run.id)
        rows = session.scalars(found.order_by(Deadline.deadline_time)).all()
        after = [(row.deadline_time - run.queued_at).total_seconds() for row in rows]
    return [f"{seconds // 10 * 10:.0f} s after it was queued" for seconds in after]


def miss(example, run_id: str, count: int = 2) -> set[str]:
    """Let Airflow miss deadlines of a run; return the keys of their context."""
    keys = set()
    with create_session() as session:
        run = session.scalars(select(DagRun).filter_by(run_id=run_id)).one()
        found = select(Deadline).filter_by(dagrun_id=run.id)
        rows = session.scalars(found.order_by(Deadline.deadline_time)).all()
        for one in rows[:count]:
            one.handle_miss(session)
            arguments = one.callback.data["kwargs"]
            example.module.tell(**arguments)
            keys |= set(arguments["context"])
    return keys


def test_plain_run_in_time_tells_nobody(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "sales: 42 EUR")
    assert not example.module.ALERTS.exists()


def test_sla_and_sla_miss_callback_only_warn(example):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        DAG("sales", schedule=None, sla_miss_callback=print)
        EmptyOperator(task_id="load", sla=timedelta(hours=1))
    said = [str(one.message) for one in seen if "SLA" in str(one.message)]

    kept = example.scenario("warnings")
    assert kept.keep("warnings", {"DAG": said[0], "task": said[1]}) == {
        "DAG": "The SLA feature is removed in Airflow 3.0, and replaced with a "
        "Deadline Alerts in >=3.1",
        "task": "The SLA feature is removed in Airflow 3.0, replaced with Deadline "
        "Alerts in >=3.1",
    }
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        DAG("sales", schedule=None, default_args={"sla": timedelta(hours=1)})
    assert [one for one in seen if "SLA" in str(one.message)] == []


def test_chat_and_then_phone_hear_of_a_late_run(example, op):
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    trigger(op, "slow")
    kept = example.scenario("late")
    assert kept.keep("deadlines of the run", deadlines("slow")) == [
        "20 s after it was queued",
        "40 s after it was queued",
    ]
    Decisions().decide()
    keys = miss(example, "slow")
    lines = example.module.ALERTS.read_text().splitlines()
    state = op.get(f"{PATH}/dagRuns/slow").json()["state"]

    assert kept.keep("alerts for the run slow", lines) == [
        "chat: slow is late and running",
        "phone: slow is late and running",
    ]
    assert kept.keep("keys of the context", sorted(keys)) == ["dag_run", "deadline"]
    assert state == "running"


def test_success_after_the_first_alert_drops_the_second(example, op):
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    trigger(op, "slow")
    scheduler = Decisions()
    scheduler.decide()
    miss(example, "slow", count=1)
    for task in ("load", "report"):
        path = f"{PATH}/dagRuns/slow/taskInstances/{task}"
        op.patch(path, json={"new_state": "success"}).raise_for_status()
    scheduler.decide()

    assert op.get(f"{PATH}/dagRuns/slow").json()["state"] == "success"
    assert "40 s after it was queued" not in deadlines("slow")
    lines = example.module.ALERTS.read_text().splitlines()
    assert lines == ["chat: slow is late and running"]


def test_time_in_queued_counts_and_a_failed_run_tells_nobody(example, op):
    trigger(op, "waits")  # the DAG is paused
    miss(example, "waits")
    trigger(op, "broken")
    op.patch(f"{PATH}/dagRuns/broken", json={"state": "failed"}).raise_for_status()
    assert len(deadlines("broken")) == 2
    miss(example, "broken")

    lines = example.module.ALERTS.read_text().splitlines()
    assert lines == [f"{who}: waits is late and queued" for who in ("chat", "phone")]


def test_average_of_past_runs_sets_the_deadline(example, op):
    source = example.paths.dag.read_text()
    assert source.count(QUEUED) == 1
    file = example.scratch / f"{example.stem}.py"
    file.write_text(source.replace(QUEUED, AVERAGE))
    assert example.dags
    load(file)
    seen = {}
    for number, seconds in enumerate((40, 60, 80), start=1):
        trigger(op, f"run_{number}")
        seen[f"{number} deadlines of run_{number}"] = deadlines(f"run_{number}")
        with create_session() as session:
            query = select(DagRun).filter_by(run_id=f"run_{number}")
            run = session.scalars(query).one()
            run.state = "success"
            run.start_date = datetime(2026, 5, number, tzinfo=UTC)
            run.end_date = run.start_date + timedelta(seconds=seconds)
    kept = example.scenario("average")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{PATH}/dagRuns?state=success&order_by=-duration&limit=3"
        runs = viewer.get(path, extensions={"name": "durations"}).json()["dag_runs"]
    slowest = {run["dag_run_id"]: run["duration"] for run in runs}
    trigger(op, "next")

    assert set(map(str, seen.values())) == {"[]"}  # too few runs for an average
    assert kept.keep("durations in seconds", slowest) == {
        "run_3": 80.0,
        "run_2": 60.0,
        "run_1": 40.0,
    }
    assert kept.keep("deadlines of the next run", deadlines("next")) == [
        "80 s after it was queued",
        "100 s after it was queued",
    ]


def test_dag_test_fails_at_the_end_of_a_run_with_a_deadline(example):
    with pytest.raises(StatementError, match="'dict' object has no attribute 'hex'"):
        example.dag.test(logical_date=None)
