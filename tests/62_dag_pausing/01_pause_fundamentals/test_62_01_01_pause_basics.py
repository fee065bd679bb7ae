"""What a paused DAG does with runs, and what keeps and loses the flag."""

import pytest
from airflow.models.dag import DagModel
from airflow.utils.session import create_session

from dagbook.testing.child_runs import execute
from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

STEM = "62_01_01_pause_basics"
PATH = f"/api/v2/dags/{STEM}"
RUNS = f"{PATH}/dagRuns"
WAITING = {"dag_run_id": "asked-while-paused", "logical_date": None}
FLAGS = ("is_paused", "is_stale")


@pytest.fixture
def op(example):
    assert example.dag
    with example.api.client("op") as client:
        yield client


def pause(op, paused: bool) -> None:
    op.patch(PATH, json={"is_paused": paused}).raise_for_status()


def decide() -> None:
    """Let the scheduler make two rounds."""
    scheduler = Decisions()
    scheduler.decide()
    scheduler.decide()


def runs(op) -> dict[str, str]:
    """Return the state of each run by its type."""
    found = op.get(RUNS).json()["dag_runs"]
    states = {run["run_type"]: run["state"] for run in found}
    assert len(states) == len(found)  # one run of each type at most
    return states


def flags(op) -> str:
    dag = op.get(PATH).json()
    return ", ".join(f"{name}: {dag[name]}" for name in FLAGS)


def test_plain_trigger_reports_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "sales: 42 EUR")


def test_a_paused_dag_queues_manual_runs_and_creates_no_scheduled_one(example, op):
    kept = example.scenario("paused")
    with kept.http(
        "op", keep=["state", "start_date", "is_paused", "dependencies"]
    ) as c:
        c.post(RUNS, json=WAITING, extensions={"name": "trigger"}).raise_for_status()
        decide()
        run = c.get(f"{RUNS}/asked-while-paused", extensions={"name": "run"}).json()
        path = f"{RUNS}/asked-while-paused/taskInstances/extract/dependencies"
        told = c.get(path, extensions={"name": "reason"}).json()["dependencies"]
        paused = runs(op)
        c.patch(PATH, json={"is_paused": False}, extensions={"name": "unpause"})
    decide()
    for one in op.get(RUNS).json()["dag_runs"]:
        assert execute(example.dag, one["dag_run_id"]) == "success"
    unpaused = runs(op)
    pause(op, True)
    pause(op, False)
    decide()

    assert (run["state"], run["start_date"]) == ("queued", None)
    assert f"Task's DAG '{STEM}' is paused." in [one["reason"] for one in told]
    assert runs(op) == unpaused  # a second unpause on the same day starts nothing
    assert kept.keep(
        "runs by type, and their state", {"1 paused": paused, "2 unpaused": unpaused}
    ) == {
        "1 paused": {"manual": "queued"},
        "2 unpaused": {"manual": "success", "scheduled": "success"},
    }


def test_stale_is_another_flag(example, op):
    kept = example.scenario("stale")
    seen = {"1 new": flags(op)}
    pause(op, False)
    seen["2 unpaused"] = flags(op)
    with create_session() as session:
        DagModel.deactivate_deleted_dags(STEM, [], session=session)
    seen["3 file gone"] = flags(op)
    deploy(example)
    seen["4 file back"] = flags(op)

    assert kept.keep("flags of the DAG", seen) == {
        "1 new": "is_paused: True, is_stale: False",
        "2 unpaused": "is_paused: False, is_stale: False",
        "3 file gone": "is_paused: False, is_stale: True",
        "4 file back": "is_paused: False, is_stale: False",
    }


def test_flag_survives_an_edit_and_is_forgotten_with_the_dag(example, op):
    kept = example.scenario("kept")
    pause(op, False)
    deploy(example, ("EUR", "USD"))
    seen = {"1 unpaused, then edited": flags(op)}
    with kept.http("op", keep=[]) as client:
        client.delete(PATH, extensions={"name": "delete"}).raise_for_status()
    seen["2 deleted"] = str(op.get(PATH).status_code)
    deploy(example)
    seen["3 file read again"] = flags(op)

    assert kept.keep("flags of the DAG", seen) == {
        "1 unpaused, then edited": "is_paused: False, is_stale: False",
        "2 deleted": "404",
        "3 file read again": "is_paused: True, is_stale: False",
    }
