"""The producer counts queued runs; the scheduler looks at 20 of them in a round."""

import pytest
from airflow.configuration import conf
from airflow.models.dagrun import DagRun

from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

STEM = "16_13_03_managing_run_queue_depth"
LOAD = f"{STEM}__load"
API = "/api/v2"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def trigger(op, dag_id: str, run_id: str, hour: int = 6) -> None:
    run_after = f"2026-05-01T{hour:02}:00:00Z"
    body = {"dag_run_id": run_id, "logical_date": None, "run_after": run_after}
    op.post(f"{API}/dags/{dag_id}/dagRuns", json=body).raise_for_status()


def unpause(op, dag_id: str) -> None:
    op.patch(f"{API}/dags/{dag_id}", json={"is_paused": False}).raise_for_status()


def count(op, dag_id: str, state: str) -> int:
    path = f"{API}/dags/{dag_id}/dagRuns"
    return op.get(path, params={"state": state, "limit": 1}).json()["total_entries"]


def states(op, dag_id: str) -> str:
    running, queued = (count(op, dag_id, one) for one in ("running", "queued"))
    return f"{running} running, {queued} queued"


def test_an_empty_queue_gets_a_run(example):
    run = example.run(logical_date=None)

    assert run.states == {"room": "success", "start_load": "success"}
    [child] = run.runs
    assert (child["dag_id"], child["state"]) == (LOAD, "queued")


def test_at_three_queued_runs_the_producer_starts_no_further(example, op):
    for number in range(3):
        trigger(op, LOAD, f"orders_{number + 1}")
    run = example.run("full", logical_date=None)

    assert run.state == "success"
    assert run.states == {"room": "success", "start_load": "skipped"}
    assert run.task("room").log == ["WARNING 3 runs are queued: no new one"]
    assert len(run.runs) == 3


def test_running_runs_do_not_count(example, op):
    for number in range(3):
        trigger(op, LOAD, f"orders_{number + 1}")
    Decisions().decide()
    assert states(op, LOAD) == "1 running, 2 queued"
    run = example.run("one-running", logical_date=None)

    assert run.states["start_load"] == "success"
    assert len(run.runs) == 4
    assert states(op, LOAD) == "1 running, 3 queued"


def test_producers_start_together_without_the_limit(example, op):
    for number in range(6):
        trigger(op, STEM, f"file_{number + 1}")
    unpause(op, STEM)
    scheduler, seen = Decisions(), {}
    scheduler.decide()
    seen["max_active_runs=1"] = states(op, STEM)
    limit = "    max_active_runs=1,  # one producer counts at a time\n"
    deploy(example, (limit, ""))
    scheduler.decide()
    seen["no limit (16)"] = states(op, STEM)

    assert example.scenario("six-producers").keep("runs of the producer", seen) == {
        "max_active_runs=1": "1 running, 5 queued",
        "no limit (16)": "6 running, 0 queued",
    }


def test_twenty_queued_runs_of_one_dag_fill_a_round(example, op):
    assert conf.getint("scheduler", "max_dagruns_per_loop_to_schedule") == 20
    for number in range(20):
        trigger(op, LOAD, f"orders_{number + 1}")
    trigger(op, STEM, "file_1", hour=7)
    unpause(op, STEM)
    scheduler, seen = Decisions(), {}
    scheduler.decide()
    seen["1 first round"] = count(op, STEM, "running")
    assert states(op, LOAD) == "1 running, 19 queued"
    scheduler.decide()
    seen["2 second round"] = count(op, STEM, "running")
    assert states(op, LOAD) == "1 running, 19 queued"

    assert example.scenario("twenty").keep("running runs of the other DAG", seen) == {
        "1 first round": 0,
        "2 second round": 1,
    }


def test_a_higher_setting_looks_at_more_runs(example, op, monkeypatch):
    # The setting is read when Airflow starts.
    monkeypatch.setattr(DagRun, "DEFAULT_DAGRUNS_TO_EXAMINE", 21)
    for number in range(20):
        trigger(op, LOAD, f"orders_{number + 1}")
    trigger(op, STEM, "file_1", hour=7)
    unpause(op, STEM)
    Decisions().decide()

    assert count(op, STEM, "running") == 1


def test_dag_stats_and_the_list_tell_the_same(example, op):
    for number in range(4):
        trigger(op, LOAD, f"orders_{number + 1}")
    Decisions().decide()
    kept = example.scenario("counted")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{API}/dags/{LOAD}/dagRuns?state=queued&limit=1"
        listed = viewer.get(path, extensions={"name": "list"}).json()
        path = f"{API}/dagStats?dag_ids={LOAD}"
        answer = viewer.get(path, extensions={"name": "stats"}).json()

    [dag] = answer["dags"]
    stats = {one["state"]: one["count"] for one in dag["stats"]}
    assert listed["total_entries"] == stats["queued"] == 3
    assert kept.keep("count by state", stats) == {
        "failed": 0,
        "queued": 3,
        "running": 1,
        "success": 0,
    }
