"""Events that a paused consumer misses, and the event that brings them back."""

from urllib.parse import quote

import pytest

from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "62_03_05_dependency_pause"
REPORT = f"{STEM}__report"
DAGS = "/api/v2/dags"
QUEUE = f"{DAGS}/{REPORT}/assets/queuedEvents"


@pytest.fixture
def op(example):
    assert example.dag
    with example.api.client("op") as client:
        yield client


def pause(op, dag_id: str, paused: bool) -> None:
    op.patch(f"{DAGS}/{dag_id}", json={"is_paused": paused}).raise_for_status()


def load(example, op, run_id: str) -> list[dict]:
    """Let the producer run once, and return the runs that its event has created."""
    body = {"dag_run_id": run_id, "logical_date": None}
    op.post(f"{DAGS}/{STEM}/dagRuns", json=body).raise_for_status()
    assert execute(example.dag, run_id) == "success"
    ask = {"source_run_id": run_id}
    [event] = op.get("/api/v2/assets/events", params=ask).json()["asset_events"]
    return event["created_dagruns"]


def reports(example, op) -> list[int]:
    """Let the scheduler decide, run what it has started; return what reports count."""
    scheduler = Decisions()
    scheduler.decide()
    counts = []
    for run in op.get(f"{DAGS}/{REPORT}/dagRuns").json()["dag_runs"]:
        path = f"{DAGS}/{REPORT}/dagRuns/{quote(run['dag_run_id'])}"
        if run["state"] != "success":
            assert execute(example.sibling("report"), run["dag_run_id"]) == "success"
        told = op.get(f"{path}/taskInstances/report/xcomEntries/return_value")
        counts.append(told.json()["value"])
    return counts


def test_plain_trigger_loads_and_emits_an_event(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)
    assert [event["asset"] for event in run.asset_events] == ["sales_table"]
    dag, report = example.dag, example.sibling("report")
    assert (dag.schedule, report.catchup) == (None, False)
    assert {f"{one.start_date:%F %Z}" for one in (dag, report)} == {"2026-01-01 UTC"}


def test_missed_events_come_back_with_the_next_event(example, op):
    kept = example.scenario("consumer-paused")
    pause(op, STEM, False)
    pause(op, REPORT, True)
    none = load(example, op, "monday") + load(example, op, "tuesday")
    seen = {"1 two events while paused": reports(example, op)}
    with kept.http("op", keep=["total_entries", "is_paused"]) as client:
        queue = client.get(QUEUE, extensions={"name": "queue"}).json()
        ask = {"dag_ids": STEM}
        found = client.get("/api/v2/assets", params=ask).json()["assets"]
        body = {"is_paused": False}
        path = f"{DAGS}/{REPORT}"
        client.patch(path, json=body, extensions={"name": "unpause"})
    seen["2 unpaused"] = reports(example, op)
    [asset] = found
    with kept.http("op", keep=["created_dagruns", "extra"]) as client:
        body = {"asset_id": asset["id"], "extra": {"why": "after a pause"}}
        client.post(
            "/api/v2/assets/events", json=body, extensions={"name": "post"}
        ).raise_for_status()
    seen["3 one event posted"] = reports(example, op)
    assert reports(example, op) == [3]  # and no further run
    events = op.get("/api/v2/assets/events").json()["asset_events"]
    created = [len(event["created_dagruns"]) for event in events]
    assert kept.keep("runs of each event after the post", created) == [1, 1, 1]

    assert kept.keep("created_dagruns of the two events", none) == []
    assert queue["total_entries"] == 0
    assert kept.keep("events that each run of the report counts", seen) == {
        "1 two events while paused": [],
        "2 unpaused": [],
        "3 one event posted": [3],
    }


def test_consumers_are_found_over_rest(example, op):
    kept = example.scenario("found")
    with kept.http("viewer", keep=[]) as client:
        answer = client.get(
            "/api/v2/assets", params={"dag_ids": STEM}, extensions={"name": "assets"}
        )
    [asset] = answer.json()["assets"]
    names = {
        "asset": asset["name"],
        "produced by": [one["dag_id"] for one in asset["producing_tasks"]],
        "consumed by": [one["dag_id"] for one in asset["scheduled_dags"]],
    }

    assert kept.keep("who produces and who consumes", names) == {
        "asset": "sales_table",
        "produced by": [STEM],
        "consumed by": [REPORT],
    }


def test_in_order_no_event_is_missed(example, op):
    kept = example.scenario("in-order")
    changes = [(STEM, True), (REPORT, True), (REPORT, False), (STEM, False)]
    body = {"dag_run_id": "waits", "logical_date": None}
    seen = {}
    for dag_id, paused in changes[:2]:
        pause(op, dag_id, paused)
    op.post(f"{DAGS}/{STEM}/dagRuns", json=body).raise_for_status()
    seen["1 both paused"] = reports(example, op)
    for dag_id, paused in changes[2:]:
        pause(op, dag_id, paused)
    Decisions().decide()
    assert op.get(f"{DAGS}/{STEM}/dagRuns/waits").json()["state"] == "running"
    assert execute(example.dag, "waits") == "success"
    seen["2 both unpaused, and the producer has run"] = reports(example, op)

    assert kept.keep("events that each run of the report counts", seen) == {
        "1 both paused": [],
        "2 both unpaused, and the producer has run": [1],
    }
