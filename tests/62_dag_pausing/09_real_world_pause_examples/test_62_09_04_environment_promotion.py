"""A DAG that is tried while it is paused, and unpaused only if the trial succeeds."""

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "62_09_04_environment_promotion"
PATH = f"/api/v2/dags/{STEM}"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded; the DAG is new and paused."""
    assert example.dag
    with example.api.client("op") as client:
        assert client.get(PATH).json()["is_paused"] is True
        yield client


def runs(op) -> list[str]:
    found = op.get(f"{PATH}/dagRuns").json()["dag_runs"]
    return sorted(f"{run['run_type']}: {run['state']}" for run in found)


def test_a_plain_run_reports_the_sales(example):
    run = example.run()

    assert (run.state, run.value("report")) == ("success", 42)


def test_a_green_trial_leaves_the_dag_paused_until_the_unpause(example, op):
    kept = example.scenario("green")
    with kept.http("op", keep=["total_entries"]) as client:
        errors = client.get("/api/v2/importErrors", extensions={"name": "parse"})
    assert errors.json()["total_entries"] == 0
    done = kept.cli("dags", "test", STEM, "2026-05-01", name="try")
    assert done.returncode == 0
    assert op.get(PATH).json()["is_paused"] is True
    with kept.http("op", keep=["is_paused"]) as client:
        body, name = {"is_paused": False}, {"name": "unpause"}
        client.patch(PATH, json=body, extensions=name).raise_for_status()
    found = {"exit code": done.returncode, "runs": runs(op)}
    assert kept.keep("after the trial", found) == {
        "exit code": 0,
        "runs": ["manual: success"],
    }


def test_a_red_trial_ends_with_1(example, op):
    kept = example.scenario("red")
    conf = '{"rows": 0}'
    done = kept.cli("dags", "test", STEM, "2026-05-02", "-c", conf, name="try")
    found = {
        "exit code": done.returncode,
        "is_paused": op.get(PATH).json()["is_paused"],
    }
    assert kept.keep("after the trial", found) == {"exit code": 1, "is_paused": True}


def test_a_triggered_run_waits_for_the_unpause(example, op):
    body = {"logical_date": None, "dag_run_id": "try"}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    Decisions().decide()
    kept = example.scenario("triggered")
    before = runs(op)
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    Decisions().decide()
    found = {"1 paused": before, "2 unpaused": runs(op)}
    assert kept.keep("runs", found) == {
        "1 paused": ["manual: queued"],
        "2 unpaused": ["manual: running", "scheduled: running"],
    }
