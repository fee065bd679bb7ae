"""Cancel, slow down and pause a backfill; free the run that stays queued."""

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "16_03_04_backfill_runs_subtask_4"
BACKFILLS = "/api/v2/backfills"
CLOSED = "Backfill is already completed."


def body(last: int = 6, dag_id: str = STEM, **more):
    return {
        "dag_id": dag_id,
        "from_date": "2026-05-01",
        "to_date": f"2026-05-0{last}",
        **more,
    }


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded; the DAGs are unpaused."""
    with example.api.client("op") as client:
        for dag_id in (STEM, f"{STEM}__teardown"):
            path = f"/api/v2/dags/{dag_id}"
            client.patch(path, json={"is_paused": False}).raise_for_status()
        yield client


def create(client, asked) -> str:
    answer = client.post(BACKFILLS, json=asked).raise_for_status()
    return f"{BACKFILLS}/{answer.json()['id']}"


def run(day: int, dag_id: str = STEM) -> str:
    name = f"backfill__2026-05-0{day}T00:00:00%2B00:00"
    return f"/api/v2/dags/{dag_id}/dagRuns/{name}"


def states(client, dag_id: str = STEM) -> dict[str, str]:
    path = f"/api/v2/dags/{dag_id}/dagRuns?order_by=logical_date"
    runs = client.get(path).json()["dag_runs"]
    return {f"{one['logical_date'][9]} May": one["state"] for one in runs}


def planned(client, behavior: str, dag_id: str = STEM) -> list[int]:
    asked = body(3, dag_id, reprocess_behavior=behavior)
    plan = client.post(f"{BACKFILLS}/dry_run", json=asked).json()["backfills"]
    return [int(one["logical_date"][9]) for one in plan]


def test_a_plain_trigger_loads_the_day_of_run_after(example):
    ended = example.run(logical_date=None)

    assert ended.state == "success"
    assert ended.value("report") == "loaded 2026-05-01, reported"


def test_cancel_then_create_the_rest_with_a_smaller_number(example, op):
    kept, scheduler = example.scenario("smaller"), Decisions()
    first = create(op, body(max_active_runs=4))
    scheduler.decide()
    fields = ["completed_at", "is_paused", "max_active_runs"]
    with kept.http("op", keep=fields) as client:
        client.put(f"{first}/cancel", extensions={"name": "cancel"})
        found = {"1 cancelled": states(op)}
        for day in (1, 2, 3, 4):
            op.patch(run(day), json={"state": "success"}).raise_for_status()
        smaller = body(reprocess_behavior="failed", max_active_runs=1)
        client.post(BACKFILLS, json=smaller, extensions={"name": "create"})
    scheduler.decide()
    found["2 created again"] = states(op)

    cancelled, created = (one["response"] for one in kept.exchanges)
    assert cancelled["completed_at"]
    assert cancelled["is_paused"] is True
    assert created == {"completed_at": None, "is_paused": False, "max_active_runs": 1}
    ended = {f"{day} May": "success" for day in (1, 2, 3, 4)}
    assert kept.keep("states of the runs", found) == {
        "1 cancelled": dict.fromkeys(ended, "running")
        | {"5 May": "failed", "6 May": "failed"},
        "2 created again": ended | {"5 May": "running", "6 May": "queued"},
    }


def test_backwards_two_at_a_time_and_held_by_a_pause(example, op):
    kept, scheduler = example.scenario("backwards"), Decisions()
    path = create(op, body(max_active_runs=2, run_backwards=True))
    scheduler.decide()
    found = {"1 first round": states(op)}
    op.put(f"{path}/pause").raise_for_status()
    op.patch(run(6), json={"state": "success"}).raise_for_status()
    scheduler.decide()
    found["2 paused, 6 May has ended"] = states(op)
    op.put(f"{path}/unpause").raise_for_status()
    scheduler.decide()
    found["3 unpaused"] = states(op)

    queued = {f"{day} May": "queued" for day in (1, 2, 3)}
    assert kept.keep("states of the runs", found) == {
        "1 first round": queued
        | {"4 May": "queued", "5 May": "running", "6 May": "running"},
        "2 paused, 6 May has ended": queued
        | {"4 May": "queued", "5 May": "running", "6 May": "success"},
        "3 unpaused": queued
        | {"4 May": "running", "5 May": "running", "6 May": "success"},
    }


def test_a_cleared_run_of_a_cancelled_backfill_stays_queued(example, op):
    kept, scheduler = example.scenario("stranded"), Decisions()
    first = create(op, body(3))
    op.put(f"{first}/cancel").raise_for_status()
    op.post(f"{run(2)}/clear", json={"dry_run": False}).raise_for_status()
    scheduler.decide()
    assert states(op) == {"1 May": "failed", "2 May": "queued", "3 May": "failed"}
    with kept.http("op", keep=["detail", "state"]) as client:
        client.put(f"{first}/unpause", extensions={"name": "unpause"})
        plans = {"1 queued": planned(op, "completed")}
        second = create(op, body(3, reprocess_behavior="completed"))
        scheduler.decide()
        assert states(op) == dict.fromkeys(("1 May", "3 May"), "running") | {
            "2 May": "queued"  # the second backfill does not take it
        }
        op.put(f"{second}/cancel").raise_for_status()
        failed = {"state": "failed"}
        client.patch(run(2), json=failed, extensions={"name": "mark"})
        plans["2 marked failed"] = planned(op, "failed")

    unpaused, marked = kept.exchanges
    assert (unpaused["status"], unpaused["response"]) == (409, {"detail": CLOSED})
    assert marked["response"] == {"state": "failed"}
    assert kept.keep("days of May in the dry run", plans) == {
        "1 queued": [1, 3],
        "2 marked failed": [2],
    }
    create(op, body(3, reprocess_behavior="failed"))
    scheduler.decide()
    assert states(op)["2 May"] == "running"


def test_with_a_pending_teardown_only_delete_frees_the_run(example, op):
    kept, dag_id = example.scenario("teardown"), f"{STEM}__teardown"
    first = create(op, body(3, dag_id))
    op.put(f"{first}/cancel").raise_for_status()
    op.post(f"{run(2, dag_id)}/clear", json={"dry_run": False}).raise_for_status()
    with kept.http("op", keep=["state"]) as client:
        failed = {"state": "failed"}
        client.patch(run(2, dag_id), json=failed, extensions={"name": "mark"})
        plans = {"1 marked failed": planned(op, "completed", dag_id)}
        client.delete(run(2, dag_id), extensions={"name": "delete"})
        plans["2 deleted"] = planned(op, "none", dag_id)

    marked, deleted = kept.exchanges
    assert (marked["status"], marked["response"]) == (200, {"state": "queued"})
    assert deleted["status"] == 204
    assert kept.keep("days of May in the dry run", plans) == {
        "1 marked failed": [1, 3],
        "2 deleted": [2],
    }


def test_a_backfill_that_ends_while_paused_strands_runs_too(example, op):
    scheduler = Decisions()
    path = create(op, body(1))
    op.put(f"{path}/pause").raise_for_status()
    op.patch(run(1), json={"state": "success"}).raise_for_status()
    scheduler.close_backfills()
    assert op.get(path).json()["completed_at"]
    op.post(f"{run(1)}/clear", json={"dry_run": False}).raise_for_status()
    scheduler.decide()
    assert states(op) == {"1 May": "queued"}
