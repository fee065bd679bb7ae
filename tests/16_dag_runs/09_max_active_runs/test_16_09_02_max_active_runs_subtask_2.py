"""Five runs are created at once, and Airflow's scheduler starts two at a time."""

from datetime import UTC, datetime

import pytest

from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "16_09_02_max_active_runs_subtask_2"
CHILD = f"/api/v2/dags/{STEM}__order"
DAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def runs(op, state: str = "") -> list[dict]:
    params = {"order_by": "id", **({"state": state} if state else {})}
    return op.get(f"{CHILD}/dagRuns", params=params).json()["dag_runs"]


def counted(op) -> str:
    states = [run["state"] for run in runs(op)]
    names = [name for name in ("queued", "running", "success") if name in states]
    return ", ".join(f"{states.count(name)} {name}" for name in names)


def test_five_runs_are_queued_at_once_and_run_two_at_a_time(example, op):
    run = example.run(logical_date=None, limit=300)
    made = runs(op)

    assert (run.state, run.states["start[4]"]) == ("success", "success")
    assert sorted(one["conf"]["order"] for one in made) == [1, 2, 3, 4, 5]
    assert {one["state"] for one in made} == {"queued"}
    assert {one["logical_date"] for one in made} == {None}
    kept = example.scenario("default")
    kept.keep("runs of the second DAG when the first has ended", counted(op))

    scheduler = Decisions()
    scheduler.decide()
    seen = {"1 while the DAG is paused": counted(op)}
    op.patch(CHILD, json={"is_paused": False}).raise_for_status()
    for number in (2, 3, 4, 5):
        scheduler.decide()
        seen[f"{number} round {number - 1} of the scheduler"] = counted(op)
        for one in runs(op, "running"):
            path = f"{CHILD}/dagRuns/{one['dag_run_id'].replace('+', '%2B')}"
            op.patch(path, json={"state": "success"}).raise_for_status()

    assert example.scenario("waves").keep("runs of the second DAG", seen) == {
        "1 while the DAG is paused": "5 queued",
        "2 round 1 of the scheduler": "3 queued, 2 running",
        "3 round 2 of the scheduler": "1 queued, 2 running, 2 success",
        "4 round 3 of the scheduler": "1 running, 4 success",
        "5 round 4 of the scheduler": "5 success",
    }


def test_a_run_of_the_second_dag_loads_its_order(example):
    run = example.run("order", role="order", conf={"order": 5}, logical_date=None)

    plain = example.run("plain-order", role="order", logical_date=None)

    assert run.value("load") == "order 5 loaded"
    assert plain.value("load") == "order 1 loaded"


def test_runs_with_one_date_collide(example, op, capfd):
    example.dag.get_task("start").partial_kwargs["logical_date"] = DAY
    body = {"logical_date": None, "dag_run_id": "one-date"}
    op.post(f"/api/v2/dags/{STEM}/dagRuns", json=body).raise_for_status()

    assert execute(example.dag, "one-date") == "failed"
    assert len(runs(op)) == 1
    path = f"/api/v2/dags/{STEM}/dagRuns/one-date/taskInstances?task_id=start"
    ends = [one["state"] for one in op.get(path).json()["task_instances"]]
    assert sorted(ends) == ["failed"] * 4 + ["success"]
    said = "Dag Run already exists, marking task as failed."
    assert capfd.readouterr().out.count(said) == 4
    example.scenario("one-date").keep("log of four instances", said)
