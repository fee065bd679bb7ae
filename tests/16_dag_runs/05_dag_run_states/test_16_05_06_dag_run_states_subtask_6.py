"""Three failed runs pause the DAG; what hides them, and what resumes it."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.running.dag_test import LIMIT, load, test_run
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

DAG = "/api/v2/dags/16_05_06_dag_run_states_subtask_6"
RUNS = f"{DAG}/dagRuns"
FAIL = {"fail": True}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded; the DAG is not paused."""
    with example.api.client("op") as client:
        client.patch(DAG, json={"is_paused": False}).raise_for_status()
        yield client


def trigger(op, run_id: str, **body) -> None:
    body = {"dag_run_id": run_id, "logical_date": None, **body}
    op.post(RUNS, json=body).raise_for_status()


def fail(op, run_id: str, **body) -> None:
    """Let the scheduler start a run, fail its tasks, and let the scheduler end it."""
    trigger(op, run_id, conf=FAIL, **body)
    scheduler = Decisions()
    scheduler.decide()
    for task, state in (("extract", "success"), ("load", "failed")):
        path = f"{RUNS}/{run_id}/taskInstances/{task}"
        op.patch(path, json={"new_state": state}).raise_for_status()
    scheduler.decide()
    assert op.get(f"{RUNS}/{run_id}").json()["state"] == "failed"


def mark(op, run_id: str, state: str, **body) -> None:
    """Make a run and set its state."""
    trigger(op, run_id, **body)
    op.patch(f"{RUNS}/{run_id}", json={"state": state}).raise_for_status()


def under_dag_test(dag, day: datetime) -> None:
    """Fail a run of that day without recording it."""
    run, _ = test_run(
        dag, logical_date=day, run_after=day, conf=FAIL, mark_success=None, limit=LIMIT
    )
    assert str(run.state) == "failed"


def paused(op) -> bool:
    return op.get(DAG).json()["is_paused"]


def test_a_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)
    assert run.states == {"extract": "success", "load": "success"}
    assert run.value("load") == 100


def test_a_run_with_the_param_fail_fails(example):
    run = example.run("failed", logical_date=None, conf=FAIL)
    assert run.state == "failed"
    error = "AirflowFailException: the partner sent no orders"
    assert run.task("load").error == error


def test_the_third_failure_pauses_the_dag(example, op):
    seen = {}
    for number in ("1", "2", "3"):
        fail(op, number)
        seen[f"after failure {number}"] = "paused" if paused(op) else "not paused"
    assert seen == {
        "after failure 1": "not paused",
        "after failure 2": "not paused",
        "after failure 3": "paused",
    }
    kept = example.scenario("three-failures")
    kept.keep("DAG", seen)
    with kept.http(keep=["total_entries", "is_paused"]) as client:
        path = f"/api/v2/eventLogs?dag_id={example.stem}&event=paused"
        (logged,) = client.get(path, extensions={"name": "who"}).json()["event_logs"]
        assert (logged["event"], logged["owner"]) == ("paused", "scheduler")
        kept.keep("audit log", {"event": logged["event"], "owner": logged["owner"]})

        trigger(op, "waiting")
        scheduler = Decisions()
        scheduler.decide()
        assert op.get(f"{RUNS}/waiting").json()["state"] == "queued"
        body = {"is_paused": False}
        client.patch(DAG, json=body, extensions={"name": "unpause"})
        scheduler.decide()
        assert op.get(f"{RUNS}/waiting").json()["state"] == "running"
        assert execute(example.dag, "waiting") == "success"
    # a success is among the newest three runs
    fail(op, "4")
    assert not paused(op)


def test_unpaused_too_early_the_next_failure_pauses_it_again(example, op):
    for number in ("1", "2", "3"):
        fail(op, number)
    assert paused(op)
    op.patch(DAG, json={"is_paused": False}).raise_for_status()
    fail(op, "4")
    assert paused(op)
    kept = example.scenario("unpaused-too-early")
    kept.keep("DAG after the fourth failure", "paused")


def test_an_unfinished_run_among_the_newest_hides_failures(example, op):
    trigger(op, "future", run_after="2099-01-01T00:00:00Z")
    seen = {}
    for number in ("1", "2", "3", "4"):
        fail(op, number)
        seen[f"after failure {number}"] = "paused" if paused(op) else "not paused"
    assert set(seen.values()) == {"not paused"}
    example.scenario("hidden").keep("DAG", seen)
    op.delete(f"{RUNS}/future").raise_for_status()
    fail(op, "5")
    assert paused(op)


def test_a_marked_run_counts_but_does_not_pause(example, op):
    for number in ("1", "2", "3"):
        mark(op, number, "failed")
    Decisions().decide()
    marked = paused(op)
    fail(op, "4")
    seen = {"three runs marked as failed": marked, "and a task fails": paused(op)}
    assert seen == {"three runs marked as failed": False, "and a task fails": True}


def test_dag_test_counts_the_failures_of_newer_runs_only(example, op):
    for number in (2, 3):
        mark(op, str(number), "failed", run_after=f"2026-01-0{number}T00:00:00Z")
    under_dag_test(example.dag, datetime(2026, 1, 4, tzinfo=UTC))
    assert not paused(op)

    mark(op, "now", "failed")
    under_dag_test(example.dag, datetime(2026, 1, 1, tzinfo=UTC))
    assert paused(op)


def test_a_run_over_its_timeout_does_not_pause(example, op, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")
    text = example.paths.dag.read_text()
    limit = "max_active_runs=1,"
    assert text.count(limit) == 1
    timeout = "dagrun_timeout=pendulum.duration(hours=1),"
    file = example.scratch / example.paths.dag.name
    file.write_text(text.replace(limit, f"{limit} {timeout}"))
    load(file)
    for number in ("1", "2", "3"):
        trigger(op, number)
        scheduler = Decisions()
        scheduler.decide()
        with create_session() as session:
            started = select(DagRun).where(DagRun.run_id == number)
            run = session.scalars(started).one()
            run.start_date = datetime.now(UTC) - timedelta(hours=2)
        scheduler.decide()
        assert op.get(f"{RUNS}/{number}").json()["state"] == "failed"
    assert not paused(op)
