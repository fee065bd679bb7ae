"""A second triggered run skips; on a schedule the scheduler creates no second run."""

import pytest

from dagbook.testing.child_runs import execute
from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

STEM = "16_09_04_max_active_runs_subtask_4"
PATH = f"/api/v2/dags/{STEM}"
SCHEDULED = f"/api/v2/dags/{STEM}__scheduled"
ROUNDS = 5  # of the scheduler, each creates at most one run of a DAG


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def begin(op, *names: str) -> None:
    """Trigger runs by hand and let the scheduler start them."""
    for name in names:
        body = {"logical_date": None, "dag_run_id": name}
        op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    Decisions().decide()


def states(op, run_id: str) -> str:
    """Return the states of a run and its tasks."""
    path = f"{PATH}/dagRuns/{run_id}"
    found = op.get(f"{path}/taskInstances?order_by=id").json()["task_instances"]
    told = {task["task_id"]: task["state"] for task in found}
    run = op.get(path).json()["state"]
    return f"only_one {told['only_one']}, load {told['load']}, run {run}"


def test_a_run_that_is_alone_loads(example):
    run = example.run(logical_date=None)

    assert run.states == {"only_one": "success", "load": "success"}
    assert run.value("load") == "orders loaded"


def test_a_second_run_skips_while_the_first_is_running(example, op):
    begin(op, "first", "second")
    seen = {}
    for name in ("second", "first"):
        assert execute(example.dag, name) == "success"
        seen[name] = states(op, name)

    kept = example.scenario("second")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{PATH}/dagRuns/~/taskInstances?task_id=only_one&state=skipped"
        found = viewer.get(path, extensions={"name": "skipped"}).json()
    [skipped] = found["task_instances"]
    assert skipped["dag_run_id"] == "second"
    assert kept.keep("states", seen) == {
        "first": "only_one success, load success, run success",
        "second": "only_one skipped, load skipped, run success",
    }


def test_a_queued_run_does_not_count(example, op):
    body = {"logical_date": None, "dag_run_id": "waits"}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()

    assert example.run("queued", logical_date=None).states["load"] == "success"


def test_the_schedule_makes_no_second_run_while_one_is_running(example, op):
    due = ("catchup=False", "catchup=True")  # many times are due at once
    deploy(example, due, ("max_active_runs=1,", "max_active_runs=3,"))
    op.patch(SCHEDULED, json={"is_paused": False}).raise_for_status()
    scheduler = Decisions()
    for _ in range(ROUNDS):
        scheduler.decide()
    three = [run["state"] for run in runs(op)]
    for run in runs(op):
        path = f"{SCHEDULED}/dagRuns/{run['dag_run_id'].replace('+', '%2B')}"
        op.patch(path, json={"state": "success"}).raise_for_status()

    deploy(example, due)
    for _ in range(ROUNDS):
        scheduler.decide()
    one = [run["state"] for run in runs(op)[len(three) :]]
    kept = example.scenario("scheduled")
    seen = {"max_active_runs=3": len(three), "max_active_runs=1": len(one)}
    assert kept.keep("scheduled runs in the same time", seen) == {
        "max_active_runs=3": 3,
        "max_active_runs=1": 1,
    }
    assert one == ["running"]


def runs(op) -> list[dict]:
    return op.get(f"{SCHEDULED}/dagRuns?order_by=id").json()["dag_runs"]


def test_the_two_dags_differ_in_what_matters(example):
    scheduled = example.sibling("scheduled")
    assert (scheduled.max_active_runs, scheduled.catchup) == (1, False)
    assert example.dag.max_active_runs > 1
