"""Which run gets which asset events, as Airflow's scheduler decides it."""

import pytest

from dagbook.testing.child_runs import execute
from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_09_06_max_active_runs_subtask_6"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def deliver(example, op, *numbers: int) -> None:
    """Put files into the inbox and post an event for each."""
    inbox = example.scratch / "orders_inbox"
    inbox.mkdir(exist_ok=True)
    [asset] = op.get("/api/v2/assets").json()["assets"]
    for number in numbers:
        (inbox / f"orders_{number}.csv").touch()
        body = {"asset_id": asset["id"], "extra": {"n": number}}
        op.post("/api/v2/assets/events", json=body).raise_for_status()


def running(op) -> list[str]:
    found = op.get(f"{PATH}/dagRuns?state=running&state=queued").json()["dag_runs"]
    return [run["dag_run_id"] for run in found]


def busy(op) -> Decisions:
    """Leave a run behind that is at work."""
    body = {"logical_date": None, "dag_run_id": "by_hand"}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    scheduler = Decisions()
    scheduler.decide()
    assert running(op) == ["by_hand"]
    return scheduler


def finish(example, op, run_id: str) -> dict:
    """Execute a run that the scheduler has started, and return its report."""
    assert execute(example.dag, run_id) == "success"
    path = f"{PATH}/dagRuns/{run_id.replace('+', '%2B')}/taskInstances/report"
    return op.get(f"{path}/xcomEntries/return_value").json()["value"]


def test_a_plain_trigger_without_events_loads_what_is_there(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", {"events": [], "files": []})


def test_three_events_for_a_busy_dag_start_one_run_with_the_first(example, op, capfd):
    kept = example.scenario("busy")
    scheduler = busy(op)
    deliver(example, op, 1, 2, 3)
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{PATH}/assets/queuedEvents"
        queue = viewer.get(path, extensions={"name": "queue"}).json()
    scheduler.decide()
    assert running(op) == ["by_hand"]
    said = f"Asset-triggered Dags at max_active_runs, deferring: {{'{example.stem}'}}"
    assert said in capfd.readouterr().out
    kept.keep("log of the scheduler", said)
    path = f"{PATH}/dagRuns/by_hand"
    op.patch(path, json={"state": "success"}).raise_for_status()

    scheduler.decide()
    [run_id] = running(op)
    seen = {"1 after the busy run": finish(example, op, run_id)}
    scheduler.decide()
    assert running(op) == []  # events 2 and 3 start no run
    deliver(example, op, 4)
    scheduler.decide()
    [run_id] = running(op)
    seen["2 after event 4"] = finish(example, op, run_id)

    assert queue["total_entries"] == 1
    assert seen == {
        "1 after the busy run": {
            "events": [1],
            "files": ["orders_1.csv", "orders_2.csv", "orders_3.csv"],
        },
        "2 after event 4": {"events": [2, 3, 4], "files": ["orders_4.csv"]},
    }
    lines = {
        name: f"events {told['events']}, files {', '.join(told['files'])}"
        for name, told in seen.items()
    }
    kept.keep("reports", lines)


def test_the_default_of_16_has_the_same_gap(example, op):
    deploy(example, ("max_active_runs=1,", "max_active_runs=16,"))
    scheduler = busy(op)
    deliver(example, op, 1, 2, 3)
    scheduler.decide()
    [run_id] = [one for one in running(op) if one != "by_hand"]
    told = finish(example, op, run_id)
    scheduler.decide()

    assert running(op) == ["by_hand"]  # no second run for events 2 and 3
    kept = example.scenario("sixteen")
    assert kept.keep("events of the one run", told["events"]) == [1]
