"""The load of a day waits for the one before: seen, released, and in a deadlock."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.api_fastapi.execution_api.datamodels.dagrun import TriggerDAGRunPayload
from airflow.api_fastapi.execution_api.routes.dag_runs import trigger_dag_run
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.running import dag_test
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "16_02_06_scheduled_runs_subtask_6"
DAG = f"/api/v2/dags/{STEM}"
RUNS = f"{DAG}/dagRuns"
MAY_3 = datetime(2026, 5, 3, tzinfo=UTC)
WAITS = (
    "depends_on_past is true for this task, but 1 previous task instance(s) "
    "are not in a successful state."
)


@pytest.fixture
def op(example):
    """Return a client whose exchanges are not recorded."""
    with example.api.client("op") as client:
        client.patch(DAG, json={"is_paused": False}).raise_for_status()
        yield client


def add(op, day: int, fail: bool = False) -> str:
    """Create the run of a day of May."""
    run_id = f"sales-2026-05-0{day}"
    body = {"dag_run_id": run_id, "logical_date": f"2026-05-0{day}T00:00:00Z"}
    op.post(RUNS, json=body | {"conf": {"fail": fail}}).raise_for_status()
    return run_id


def mark(op, run_id: str, task_id: str, state: str = "success") -> None:
    url = f"{RUNS}/{run_id}/taskInstances/{task_id}"
    op.patch(url, json={"new_state": state}).raise_for_status()


def waiting(example, op) -> Decisions:
    """Let the load of 1 May fail, and a scheduler start the run of 2 May."""
    assert execute(example.dag, add(op, 1, fail=True)) == "failed"
    second = add(op, 2)
    scheduler = Decisions()
    scheduler.decide()
    mark(op, second, "extract")  # what a worker would have done
    scheduler.decide()
    return scheduler


def reasons(client, run_id: str) -> dict:
    url = f"{RUNS}/{run_id}/taskInstances/load/dependencies"
    answer = client.get(url, extensions={"name": "dependencies"}).json()
    return {one["name"]: one["reason"] for one in answer["dependencies"]}


def state(op, run_id: str) -> str:
    return op.get(f"{RUNS}/{run_id}").json()["state"]


def test_the_first_run_waits_for_nothing(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "10 pieces")


def test_the_next_day_waits_without_a_state_and_the_api_says_why(example, op):
    waiting(example, op)
    asked = example.scenario("waiting")
    with asked.http("viewer") as viewer:
        assert reasons(viewer, "sales-2026-05-02")["Previous Dagrun State"] == WAITS
    rows = op.get(f"{RUNS}/sales-2026-05-02/taskInstances").json()["task_instances"]
    states = {one["task_id"]: str(one["state"]) for one in rows}
    assert states == {"extract": "success", "load": "None", "report": "None"}
    kept = {"run": state(op, "sales-2026-05-02"), "tasks": states}
    asked.keep("run of 2 May while it waits", kept)
    assert kept["run"] == "running"

    third = {"logical_date": MAY_3, "run_after": MAY_3, "conf": None}
    with pytest.raises(TimeoutError):  # dag.test() waits as well, without an end
        dag_test.test_run(example.dag, **third, mark_success=None, limit=4)
    undated = {"dag_run_id": "undated", "logical_date": None}
    op.post(RUNS, json=undated).raise_for_status()
    assert execute(example.dag, "undated") == "success"


def test_marking_the_run_leaves_a_failed_task_and_marking_the_task_helps(example, op):
    scheduler = waiting(example, op)
    first, second = "sales-2026-05-01", "sales-2026-05-02"
    seen = {"1 before": reasons(op, second)}
    op.patch(f"{RUNS}/{first}", json={"state": "success"}).raise_for_status()
    seen["2 run of 1 May marked success"] = reasons(op, second)
    mark(op, first, "load", "skipped")
    seen["3 its load marked skipped"] = reasons(op, second)
    told = {
        step: "waits" if "Previous Dagrun State" in found else "may start"
        for step, found in seen.items()
    }
    assert example.scenario("marked").keep("load of 2 May", told) == {
        "1 before": "waits",
        "2 run of 1 May marked success": "waits",
        "3 its load marked skipped": "may start",
    }
    scheduler.decide()
    load = op.get(f"{RUNS}/{second}/taskInstances/load").json()
    assert load["state"] == "queued"


def test_marking_the_old_run_skips_a_task_that_has_not_started(example, op):
    first, second = add(op, 1), add(op, 2)
    assert "Previous Dagrun State" in reasons(op, second)
    op.patch(f"{RUNS}/{first}", json={"state": "success"}).raise_for_status()
    assert "Previous Dagrun State" not in reasons(op, second)


def test_a_clear_of_the_old_run_is_stuck_behind_max_active_runs(example, op):
    scheduler = waiting(example, op)
    first, second = "sales-2026-05-01", "sales-2026-05-02"
    seen = {}

    def look(step: str) -> None:
        scheduler.decide()
        seen[step] = f"1 May {state(op, first)}, 2 May {state(op, second)}"

    clear = {"dag_run_id": first, "dry_run": False}
    op.post(f"{DAG}/clearTaskInstances", json=clear).raise_for_status()
    look("1 after the clear of 1 May")
    op.patch(f"{RUNS}/{second}", json={"state": "failed"}).raise_for_status()
    look("2 after 2 May is marked failed")
    assert example.scenario("stuck").keep("the two runs", seen) == {
        "1 after the clear of 1 May": "1 May queued, 2 May running",
        "2 after 2 May is marked failed": "1 May running, 2 May failed",
    }


def test_with_catchup_only_manual_runs_are_passed_over(example, op):
    days = {"from_date": "2026-05-01T00:00:00Z", "to_date": "2026-05-01T00:00:00Z"}
    body = {"dag_id": STEM, "reprocess_behavior": "completed", **days}
    op.post("/api/v2/backfills", json=body).raise_for_status()
    asked = TriggerDAGRunPayload(logical_date="2026-05-02T00:00:00Z")
    with create_session() as session:
        token = SimpleNamespace(id=None)
        trigger_dag_run(STEM, "by-operator", asked, session, token)
    add(op, 3)
    add(op, 4)
    previous = {}
    with create_session() as session:
        for run in session.scalars(select(DagRun).order_by(DagRun.logical_date)):
            any_type = DagRun.get_previous_dagrun(run, session=session)
            not_manual = DagRun.get_previous_scheduled_dagrun(run.id, session=session)
            previous[f"{run.logical_date:%d}"] = [
                one and str(one.run_type) for one in (any_type, not_manual)
            ]
    # --8<-- [start:previous]
    assert previous == {  # by day of May: without catchup, with catchup
        "01": [None, None],
        "02": ["backfill", "backfill"],
        "03": ["operator_triggered", "operator_triggered"],
        "04": ["manual", "operator_triggered"],
    }
    # --8<-- [end:previous]
