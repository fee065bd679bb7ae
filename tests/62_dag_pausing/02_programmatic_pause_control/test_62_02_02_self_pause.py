"""A DAG that pauses itself: skipped, done, and what happens to the run afterwards."""

import json
from pathlib import Path

import pytest

from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/62_02_02_self_pause"
RUN = f"{PATH}/dagRuns/bad"


@pytest.fixture
def op(example):
    assert example.dag
    with example.api.client("op") as client:
        yield client


def pause(op, paused: bool) -> None:
    op.patch(PATH, json={"is_paused": paused}).raise_for_status()


def is_paused(op) -> bool:
    return op.get(PATH).json()["is_paused"]


def sales(example) -> list[int]:
    return json.loads(Path(example.scratch, "sales.json").read_text())


def test_good_orders_are_loaded_and_the_pause_is_skipped(example):
    run = example.run(logical_date=None)

    assert run.states == {
        "extract": "success",
        "load": "success",
        "pause_self": "skipped",
    }
    assert (run.state, sales(example)) == ("success", [20, 15, 7])
    assert run.value("extract") == [20, 15, 7]
    bad_rows = example.dag.params.get_param("bad_rows")
    assert bad_rows.schema == {"type": "integer", "minimum": 0}


@pytest.mark.parametrize(("bad", "paused"), [(10, False), (11, True)])
def test_the_limit_is_ten_bad_rows(example, op, bad, paused):
    pause(op, False)
    name = "eleven-bad-rows" if paused else "ten-bad-rows"
    run = example.run(name, logical_date=None, conf={"bad_rows": bad})

    assert run.states["pause_self"] == ("success" if paused else "skipped")
    assert (run.state, sales(example)) == ("success", [20, 15, 7])
    assert is_paused(op) is paused
    assert run.value("extract") == [20, 15, 7] + bad * [-1]
    kept = example.scenario(name)
    query = {"dag_id": example.stem, "event": "patch_dag", "order_by": "-event_log_id"}
    rows = op.get("/api/v2/eventLogs", params=query).json()["event_logs"]
    rows = [[row["owner"], row["extra"]] for row in rows if "true" in row["extra"]]
    expected = [["admin", '{"is_paused": true, "method": "PATCH"}']] if paused else []
    assert kept.keep("rows of the audit log that pause", rows) == expected
    seen = f"is_paused: {is_paused(op)}, orders loaded: {len(sales(example))}"
    kept.keep("DAG after the run", seen)


def start(op, scheduler) -> None:
    """Begin a run, as a scheduler does, with ``extract`` and ``load`` done."""
    pause(op, False)
    body = {"dag_run_id": "bad", "logical_date": None, "conf": {"bad_rows": 50}}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    scheduler.decide()


def end(op, task: str) -> None:
    path = f"{RUN}/taskInstances/{task}"
    op.patch(path, json={"new_state": "success"}).raise_for_status()


def states(op) -> str:
    rows = op.get(f"{RUN}/taskInstances").json()["task_instances"]
    by_task = {row["task_id"]: row["state"] for row in rows}
    return f"run {op.get(RUN).json()['state']}, pause_self {by_task['pause_self']}"


def test_a_pause_before_the_last_task_leaves_the_run_running(example, op):
    scheduler = Decisions()
    start(op, scheduler)
    end(op, "extract")
    end(op, "load")
    pause(op, True)
    scheduler.decide()
    scheduler.end_runs_of_paused_dags()
    seen = {"1 DAG is paused after load": states(op)}
    pause(op, False)
    scheduler.decide()
    scheduler.decide()
    seen["2 DAG is unpaused"] = states(op)

    assert example.scenario("middle").keep("states", seen) == {
        "1 DAG is paused after load": "run running, pause_self None",
        "2 DAG is unpaused": "run running, pause_self queued",
    }


def test_a_pause_in_the_last_task_lets_the_run_end(example, op):
    scheduler = Decisions()
    start(op, scheduler)
    for task in ("extract", "load"):
        end(op, task)
        scheduler.decide()
    pause(op, True)
    end(op, "pause_self")
    scheduler.decide()
    seen = {"1 pause_self has ended": states(op)}
    scheduler.end_runs_of_paused_dags()  # each minute
    seen["2 after the job of each minute"] = states(op)

    assert example.scenario("last").keep("states", seen) == {
        "1 pause_self has ended": "run running, pause_self success",
        "2 after the job of each minute": "run success, pause_self success",
    }


def test_daily_without_catchup(example):
    assert (example.dag.schedule, example.dag.catchup) == ("@daily", False)
