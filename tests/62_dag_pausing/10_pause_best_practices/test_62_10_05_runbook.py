"""What an unpause starts: asked before, removed, seen afterwards."""

from datetime import UTC, datetime

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "62_10_05_runbook"
PATH = f"/api/v2/dags/{STEM}"
RUNS = f"{PATH}/dagRuns"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


def pause(op, paused: bool) -> None:
    op.patch(PATH, json={"is_paused": paused}).raise_for_status()


def trigger(op, name: str) -> None:
    body = {"dag_run_id": name, "logical_date": None}
    op.post(RUNS, json=body).raise_for_status()


def states(op) -> list[str]:
    """Return type and state of each run, of manual ones with their id."""
    found = []
    for run in op.get(RUNS).json()["dag_runs"]:
        name = f" {run['dag_run_id']}" if run["run_type"] == "manual" else ""
        found.append(f"{run['run_type']}{name}: {run['state']}")
    return sorted(found)


def test_a_plain_run_loads_the_sales(example):
    run = example.run()

    assert (run.state, run.value("load")) == ("success", 42)
    assert (example.dag.schedule, example.dag.catchup) == ("@daily", False)


# --8<-- [start:answer]
def starts(client, dag_id: str) -> dict:
    found = {}
    for state in ("queued", "running"):
        runs = client.get(f"/dags/{dag_id}/dagRuns?state={state}").json()["dag_runs"]
        found[state] = [run["dag_run_id"] for run in runs]
    due = client.get(f"/dags/{dag_id}").json()["next_dagrun_run_after"]
    now = datetime.now(UTC)
    found["missed time"] = bool(due) and datetime.fromisoformat(due) < now
    return found


# --8<-- [end:answer]


def test_two_queued_runs_and_a_missed_time(example, op):
    pause(op, True)
    for name in ("asked-1", "asked-2"):
        trigger(op, name)
    kept = example.scenario("checklist")
    op.base_url = f"{example.api.url}/api/v2"
    before = kept.keep("what an unpause starts", starts(op, STEM))
    assert before == {
        "queued": ["asked-1", "asked-2"],
        "running": [],
        "missed time": True,
    }
    with kept.http("op", keep=["is_paused"]) as client:
        gone = client.delete(f"{RUNS}/asked-2", extensions={"name": "remove"})
        assert gone.status_code == 204
        client.patch(PATH, json={"is_paused": False}, extensions={"name": "unpause"})
    Decisions().decide()
    op.base_url = example.api.url
    assert kept.keep("runs after asked-2 was deleted", states(op)) == [
        "manual asked-1: running",
        "scheduled: running",
    ]
    op.base_url = f"{example.api.url}/api/v2"
    assert starts(op, STEM)["missed time"] is False


def test_a_running_run_goes_on_and_is_not_deleted(example, op):
    pause(op, False)
    trigger(op, "frozen")
    scheduler = Decisions()
    scheduler.decide()
    pause(op, True)
    scheduler.execute(example.dag)
    scheduler.decide()
    kept = example.scenario("frozen")
    load = f"{RUNS}/frozen/taskInstances/load"
    assert op.get(load).json()["state"] is None
    with kept.http("op", keep=["detail"]) as client:
        refused = client.delete(f"{RUNS}/frozen", extensions={"name": "remove"})
    assert refused.status_code == 409

    pause(op, False)
    for _ in range(2):
        scheduler.decide()
        scheduler.execute(example.dag)
    scheduler.decide()
    assert op.get(load).json()["state"] == "success"
    assert kept.keep("runs after the unpause", states(op)) == [
        "manual frozen: success",
        "scheduled: success",
    ]


def test_the_ui_gets_the_runbook_with_the_dag(example, op):
    details = op.get(f"{PATH}/details").json()
    assert "Queued runs start: delete those that must not run." in details["doc_md"]
