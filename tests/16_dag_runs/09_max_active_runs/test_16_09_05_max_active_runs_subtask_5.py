"""Runs triggered by hand hold the one place, and the scheduler creates no run."""

from datetime import UTC, datetime

import pytest

from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_09_05_max_active_runs_subtask_5"
HOLDERS = f"{PATH}/dagRuns?state=queued&state=running&order_by=run_after"
BY_HAND = ("by_hand_1", "by_hand_2", "by_hand_3")


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def trigger_three(op) -> None:
    for name in BY_HAND:
        body = {"logical_date": None, "dag_run_id": name}
        op.post(f"{PATH}/dagRuns", json=body).raise_for_status()


def unpause(op) -> None:
    op.patch(PATH, json={"is_paused": False}).raise_for_status()


def told(run: dict) -> str:
    name = run["dag_run_id"] if run["run_type"] == "manual" else "the newest tick"
    return f"{run['run_type']} {name} {run['state']}"


def holders(client, name: str = "") -> list[str]:
    extensions = {"name": name} if name else {}
    return [
        told(r) for r in client.get(HOLDERS, extensions=extensions).json()["dag_runs"]
    ]


def scheduled(op) -> int:
    return op.get(f"{PATH}/dagRuns?run_type=scheduled").json()["total_entries"]


def end(op, run_id: str) -> None:
    path = f"{PATH}/dagRuns/{run_id}"
    op.patch(path, json={"state": "success"}).raise_for_status()


def test_a_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 57)
    dag = example.dag
    assert (dag.catchup, dag.is_paused_upon_creation) == (False, True)
    assert f"{dag.start_date:%F %Z}" == "2026-01-01 UTC"
    assert dag.params["seconds"] == 0


def test_no_scheduled_run_until_the_triggered_ones_are_gone(example, op):
    kept = example.scenario("blocked")
    trigger_three(op)
    deploy(example)
    unpause(op)
    scheduler = Decisions()
    scheduler.decide()
    scheduler.decide()
    with kept.http("op", keep=["total_entries", "detail"]) as client:
        held = holders(client, "holders")
        path = f"{PATH}/dagRuns/by_hand_1"
        refused = client.delete(path, extensions={"name": "running"})
        path = f"{PATH}/dagRuns/by_hand_2"
        deleted = client.delete(path, extensions={"name": "delete"})
    op.delete(f"{PATH}/dagRuns/by_hand_3").raise_for_status()
    now = datetime.now(UTC)
    due = op.get(PATH).json()["next_dagrun_run_after"]
    facts = op.get(f"{PATH}/details").json()

    assert kept.keep("runs that hold the slots", held) == [
        "manual by_hand_1 running",
        "manual by_hand_2 queued",
        "manual by_hand_3 queued",
    ]
    assert (scheduled(op), datetime.fromisoformat(due) <= now) == (0, True)
    assert (facts["max_active_runs"], facts["active_runs_count"]) == (1, 1)
    assert (refused.status_code, deleted.status_code) == (409, 204)
    end(op, "by_hand_1")
    deploy(example)
    scheduler.decide()
    assert kept.keep("then", holders(op)) == ["scheduled the newest tick running"]


def test_active_runs_count_leaves_queued_runs_out(example):
    kept = example.scenario("queued")
    with example.api.client("op") as op:
        trigger_three(op)
    with kept.http("viewer", keep=["active_runs_count", "max_active_runs"]) as viewer:
        facts = viewer.get(f"{PATH}/details", extensions={"name": "details"}).json()
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        found = viewer.get(HOLDERS, extensions={"name": "holders"}).json()

    assert (facts["active_runs_count"], found["total_entries"]) == (0, 3)


def test_one_scheduled_run_comes_before_the_file_is_parsed_again(example, op):
    trigger_three(op)
    unpause(op)
    scheduler = Decisions()
    scheduler.decide()
    seen = holders(op)
    scheduler.decide()

    assert holders(op) == seen
    assert example.scenario("slipped-in").keep("queued and running runs", seen) == [
        "scheduled the newest tick running",
        "manual by_hand_1 queued",
        "manual by_hand_2 queued",
        "manual by_hand_3 queued",
    ]
