"""What is paused while a pool is full, and what comes back when slots are free."""

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "62_03_04_resource_pause"
REFUNDS = f"{STEM}__refunds"
API = "/api/v2"
POOL = f"{API}/pools/warehouse"


@pytest.fixture
def op(example):
    assert example.dag
    with example.api.client("op") as client:
        body = {"name": "warehouse", "slots": 0}
        client.post(f"{API}/pools", json=body).raise_for_status()
        client.patch(f"{API}/dags/{STEM}", json={"is_paused": False})
        yield client


def is_paused(op, dag_id: str = REFUNDS) -> bool:
    return op.get(f"{API}/dags/{dag_id}").json()["is_paused"]


def slots(op, number: int, pool: str = "warehouse") -> None:
    body = {"pool": pool, "slots": number, "include_deferred": False}
    ask = {"update_mask": ["slots", "include_deferred"]}
    op.patch(f"{API}/pools/{pool}", params=ask, json=body).raise_for_status()


def noted(op) -> str | None:
    return op.get(f"{API}/variables/{STEM}_paused").json().get("value")


def note(op, value: str) -> None:
    body = {"key": f"{STEM}_paused", "value": value}
    op.post(f"{API}/variables", json=body).raise_for_status()


def test_nothing_is_paused_while_slots_are_free(example):
    client = example.api.client("op")
    run = example.run()

    assert (run.state, run.value("measure"), run.value("pause_low")) == (
        "success",
        127,
        [],
    )
    assert is_paused(client) is False


def test_full_pool_pauses_low_dags_only(example, op):
    kept = example.scenario("full")
    with kept.http("op", keep=["slots", "open_slots", "running_slots"]) as client:
        client.get(POOL, extensions={"name": "pool"}).raise_for_status()
    run = example.run("full", conf={"pool": "warehouse"})

    assert (run.state, run.value("measure"), run.value("pause_low")) == (
        "success",
        0,
        [REFUNDS],
    )
    assert (noted(op), is_paused(op, STEM)) == (f'["{REFUNDS}"]', False)
    assert kept.keep("is __refunds paused", is_paused(op)) is True


def test_second_run_in_a_full_pool_keeps_the_note(example, op):
    op.patch(f"{API}/dags/{REFUNDS}", json={"is_paused": True})
    note(op, f'["{REFUNDS}"]')
    run = example.run("still-full", conf={"pool": "warehouse"})
    assert (run.value("pause_low"), is_paused(op)) == ([REFUNDS], True)


def test_free_slots_unpause_what_was_paused(example, op):
    kept = example.scenario("free-again")
    op.patch(f"{API}/dags/{REFUNDS}", json={"is_paused": True})
    note(op, f'["{REFUNDS}"]')
    slots(op, 5)
    run = example.run("free-again", conf={"pool": "warehouse"})

    assert (run.state, run.value("measure"), noted(op)) == ("success", 5, None)
    assert kept.keep("is __refunds paused", is_paused(op)) is False


def test_pause_by_a_person_stays(example, op):
    op.patch(f"{API}/dags/{REFUNDS}", json={"is_paused": True})
    full = example.run("paused-by-a-person", conf={"pool": "warehouse"})

    assert (full.value("pause_low"), noted(op)) == ([], "[]")
    assert is_paused(op) is True


def test_higher_weight_gets_the_only_slot(example, op):
    slots(op, 1, "default_pool")
    for dag_id in (REFUNDS, STEM):
        body = {"dag_run_id": "now", "logical_date": None}
        op.post(f"{API}/dags/{dag_id}/dagRuns", json=body).raise_for_status()
    scheduler = Decisions()
    scheduler.decide()
    scheduler.decide()
    path = f"{API}/dags/~/dagRuns/~/taskInstances"
    seen = {}
    for ti in op.get(path).json()["task_instances"]:
        # Of each DAG there is also a scheduled run; one run of the watch is active.
        if ti["task_id"] in ("connected", "load") and ti["state"]:
            seen[f"{ti['task_id']}, weight {ti['priority_weight']}"] = ti["state"]

    assert example.scenario("priority").keep("tasks for one slot", seen) == {
        "connected, weight 40": "queued",
        "load, weight 1": "scheduled",
    }


def test_without_the_connection_nothing_is_paused(example, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    run = example.run("no-connection", logical_date=None)

    assert (run.state, run.task("resume").state) == ("success", "skipped")
