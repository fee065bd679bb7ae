"""One new DAG after the other is turned on, each with its first run as the canary."""

import pytest

from dagbook.running import airflow_command
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "62_03_03_rollout_pause"
REFUNDS = f"{STEM}__refunds"
RUNS = f"/dags/{STEM}/dagRuns"


# --8<-- [start:answer]
def canary(client, dag_id: str, wait) -> str:
    dag, state = f"/dags/{dag_id}", "queued"
    client.patch(dag, json={"is_paused": False}).raise_for_status()
    while state in ("queued", "running"):
        wait(5)  # time.sleep
        runs = client.get(f"{dag}/dagRuns", params={"run_type": "scheduled"}).json()
        state = runs["dag_runs"][0]["state"] if runs["dag_runs"] else state
    if state == "failed":
        client.patch(dag, json={"is_paused": True}).raise_for_status()
    return state


# --8<-- [end:answer]


# --8<-- [start:rollout]
def roll_out(client, dag_ids: list[str], wait) -> dict[str, str]:
    states = {}
    for dag_id in dag_ids:
        states[dag_id] = canary(client, dag_id, wait)
        if states[dag_id] != "success":
            break
    return states


# --8<-- [end:rollout]


@pytest.fixture
def op(example):
    assert example.dag
    with example.api.client("op") as client:
        client.base_url = f"{example.api.url}/api/v2"
        yield client


def scheduler(example, op):
    """Return what a scheduler does while the script waits."""
    decisions = Decisions()

    def work(seconds: float) -> None:
        decisions.decide()
        for dag in example.dags.values():
            ask = {"state": ["queued", "running"]}
            found = op.get(f"/dags/{dag.dag_id}/dagRuns", params=ask).json()
            for run in found["dag_runs"]:
                execute(dag, run["dag_run_id"])

    return work


def flags(op) -> dict[str, str]:
    found = op.get("/dags", params={"order_by": "dag_id"}).json()["dags"]
    return {one["dag_id"]: "paused" if one["is_paused"] else "active" for one in found}


def runs(op) -> list[str]:
    found = op.get(RUNS).json()["dag_runs"]
    return [f"{run['run_type']} {run['state']}" for run in found]


def test_plain_trigger_reports_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "sales: 42 EUR")


def test_new_dag_is_checked_while_it_is_paused(example, op):
    kept = example.scenario("checked")
    with kept.http("op", keep=["total_entries"]) as client:
        path = "/api/v2/importErrors"
        errors = client.get(path, extensions={"name": "errors"}).json()
    codes = {"1 good file": airflow_command.run(("dags", "test", STEM)).returncode}
    body = {"key": "vendor_file", "value": "missing.json"}
    op.post("/variables", json=body).raise_for_status()
    words = ("dags", "test", STEM, "2026-05-01")
    codes["2 file is missing"] = airflow_command.run(words).returncode

    assert errors["total_entries"] == 0
    assert kept.keep("exit codes of airflow dags test", codes) == {
        "1 good file": 0,
        "2 file is missing": 1,
    }
    assert flags(op)[STEM] == "paused"


def test_successful_canary_turns_on_the_next_dag(example, op):
    kept = example.scenario("good")
    states = roll_out(op, [STEM, REFUNDS], scheduler(example, op))

    assert kept.keep("canaries", states) == {STEM: "success", REFUNDS: "success"}
    assert flags(op) == {STEM: "active", REFUNDS: "active"}
    assert kept.keep("runs after the unpause", runs(op)) == ["scheduled success"]
    for paused in (True, False):
        op.patch(f"/dags/{STEM}", json={"is_paused": paused}).raise_for_status()
    Decisions().decide()
    assert kept.keep("runs after a second unpause", runs(op)) == ["scheduled success"]


def test_failed_canary_is_paused_again_and_stops_the_roll_out(example, op):
    kept = example.scenario("bad")
    body = {"key": "vendor_file", "value": "missing.json"}
    op.post("/variables", json=body).raise_for_status()
    work = scheduler(example, op)
    states = roll_out(op, [STEM, REFUNDS], work)

    assert kept.keep("canaries", states) == {STEM: "failed"}
    assert kept.keep("DAGs after the failure", flags(op)) == {
        STEM: "paused",
        REFUNDS: "paused",
    }
    Decisions().decide()
    assert runs(op) == ["scheduled failed"]  # the pause lets no second run start

    op.delete("/variables/vendor_file").raise_for_status()  # the previous version
    seen = {"1 failed": runs(op)}
    with kept.http("op", keep=["total_entries"]) as client:
        body = {"dry_run": False}
        client.post(
            f"/api/v2/dags/{STEM}/clearTaskInstances",
            json=body,
            extensions={"name": "clear"},
        ).raise_for_status()
    seen["2 cleared"] = runs(op)
    assert canary(op, STEM, work) == "success"
    seen["3 unpaused"] = runs(op)

    assert kept.keep("run of the canary", seen) == {
        "1 failed": ["scheduled failed"],
        "2 cleared": ["scheduled queued"],
        "3 unpaused": ["scheduled success"],
    }
