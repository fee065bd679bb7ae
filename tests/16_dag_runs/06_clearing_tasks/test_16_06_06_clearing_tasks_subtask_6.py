"""A refund is paid once: after a second run, a clear, and a crash in the gap."""

from urllib.parse import quote

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute

NOW, BEFORE = ["sent now"] * 3, ["sent before"] * 3
ONCE = [("refund-A-1", 1), ("refund-A-2", 1), ("refund-A-3", 1)]


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def paid(example) -> list[tuple[str, int]]:
    """Return the payments of the partner, and how often each was asked for."""
    return example.module.outbox("SELECT key, asked FROM paid ORDER BY key")


def clear(client, run, *task_ids, name: str = "clear") -> int:
    body = {
        "dag_run_id": run.run_id,
        "task_ids": list(task_ids),
        "only_failed": False,
        "dry_run": False,
    }
    url = f"/api/v2/dags/{run.data['dag_id']}/clearTaskInstances"
    answer = client.post(url, json=body, extensions={"name": name})
    return answer.raise_for_status().json()["total_entries"]


def executed(example, run) -> str:
    """Run a cleared run to its end, on a DAG that was parsed for it alone."""
    dags, _ = load(example.paths.dag)
    return execute(dags[run.data["dag_id"]], run.run_id)


def sends(op, run) -> dict[str, str]:
    """Return what each instance of ``send`` returned, and in which try."""
    path = f"/api/v2/dags/{run.data['dag_id']}/dagRuns/{quote(run.run_id)}"
    rows = op.get(f"{path}/taskInstances").json()["task_instances"]
    found = {}
    for row in sorted(rows, key=lambda row: row["map_index"]):
        if row["task_id"] == "send":
            entry = f"{path}/taskInstances/send/xcomEntries/return_value"
            value = op.get(entry, params={"map_index": row["map_index"]}).json()
            name = f"send[{row['map_index']}]"
            found[name] = f"try {row['try_number']}, {value['value']}"
    return found


def test_a_second_run_sends_nothing(example):
    first = example.run(logical_date=None)
    assert (first.state, first.values("send")) == ("success", NOW)
    again = example.run("second-run")
    assert (again.state, again.values("send")) == ("success", BEFORE)
    assert paid(example) == ONCE


def test_a_clear_of_one_instance_and_of_all_pays_nothing(example, op):
    run = example.run("cleared", logical_date=None)
    kept = example.scenario("cleared")
    with kept.http(keep=["total_entries"]) as client:
        assert clear(client, run, ["send", 1], name="clear one") == 1
        assert executed(example, run) == "success"
        one = sends(op, run)
        assert clear(client, run, "send", name="clear all") == 3
        assert executed(example, run) == "success"
    assert one == {
        "send[0]": "try 1, sent now",
        "send[1]": "try 2, sent before",
        "send[2]": "try 1, sent now",
    }
    assert list(sends(op, run).values()) == [
        "try 2, sent before",
        "try 3, sent before",
        "try 2, sent before",
    ]
    assert paid(example) == ONCE
    kept.keep("send after the clear of index 1", one)
    kept.keep("payments after both clears", len(paid(example)))


def test_a_crash_after_the_payment_asks_twice_and_pays_once(example):
    run = example.run("crash", logical_date=None, conf={"crash": True})
    assert run.task("send", 0).errors == ["ConnectionError: lost after the payment"]
    assert (run.state, run.values("send")) == ("success", NOW)
    assert paid(example) == [(key, 2) for key, _ in ONCE]
    shown = {key: f"asked for {asked} times, paid once" for key, asked in paid(example)}
    example.scenario("crash").keep("the partner", shown)


def test_without_a_key_of_the_business_a_clear_pays_again(example):
    run = example.run("naive", role="naive", logical_date=None)
    with example.api.client("op") as op:
        clear(op, run, "send_again")
    assert executed(example, run) == "success"
    assert len(paid(example)) == 6
    kept = example.scenario("naive")
    kept.keep("payments for three orders after one clear", len(paid(example)))
