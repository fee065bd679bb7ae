"""One day run again by a clear, a retry and a backfill; what a backfill refuses."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "16_03_05_backfill_runs_subtask_5"
RUNS = f"/api/v2/dags/{STEM}/dagRuns"
CLEAR = f"/api/v2/dags/{STEM}/clearTaskInstances"
MAY_1 = datetime(2026, 5, 1, tzinfo=UTC)
THREE = "2026-05-01: 3 orders, 50 pieces"


def body(first: int, last: int, **more):
    return {
        "dag_id": STEM,
        "from_date": f"2026-05-0{first}",
        "to_date": f"2026-05-0{last}",
        **more,
    }


def rows(example) -> int:
    with closing(sqlite3.connect(example.scratch / f"{STEM}.db")) as db:
        (count,) = db.execute("SELECT count(*) FROM sales").fetchone()
        return count


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def work(example, run_id: str) -> str:
    """Execute a queued run on a DAG that was parsed for it alone."""
    return execute(load(example.paths.dag)[0][STEM], run_id)


def test_a_plain_trigger_loads_the_day_of_run_after(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert (run.value("load"), run.value("report")) == (0, THREE)


def test_a_clear_and_a_backfill_leave_the_rows_of_the_first_run(example, op):
    kept = example.scenario("run-again")
    run = example.run("run-again", logical_date=MAY_1)
    found = {"1 first run": rows(example)}

    again = {"dag_run_id": run.run_id, "only_failed": False, "dry_run": False}
    op.post(CLEAR, json=again).raise_for_status()
    assert work(example, run.run_id) == "success"
    found["2 cleared"] = rows(example)

    whole = body(1, 1, reprocess_behavior="completed")
    op.post("/api/v2/backfills", json=whole).raise_for_status()
    (there,) = op.get(RUNS).json()["dag_runs"]
    assert (there["run_type"], there["state"]) == ("backfill", "queued")
    assert work(example, there["dag_run_id"]) == "success"
    found["3 backfilled"] = rows(example)

    path = f"{RUNS}/{quote(run.run_id)}/taskInstances/load"
    assert op.get(path).json()["try_number"] == 3
    assert kept.keep("rows of 1 May after each run", found) == {
        "1 first run": 3,
        "2 cleared": 3,
        "3 backfilled": 3,
    }


def test_a_crash_after_the_delete_keeps_the_old_rows_for_the_next_try(example):
    example.run("before-the-crash", logical_date=MAY_1)
    run = example.run("crash", logical_date=MAY_1, conf={"crash": True})

    loaded = run.task("load")
    assert loaded.errors == ["ConnectionError: lost the database"]
    assert (loaded.state, loaded.try_number) == ("success", 2)
    assert loaded.value == 3  # the rows that try 1 deleted are there for try 2
    assert run.value("report") == THREE


def test_depends_on_past_refuses_backwards_and_none(example):
    kept = example.scenario("refused")
    back = {"reprocess_behavior": "completed", "run_backwards": True}
    requests = {"backwards": body(1, 4, **back), "none": body(1, 4)}
    requests["forward"] = body(1, 4, reprocess_behavior="failed")
    answers = {}
    with kept.http("op", keep=["detail", "total_entries"]) as client:
        for name, asked in requests.items():
            path = "/api/v2/backfills/dry_run"
            answer = client.post(path, json=asked, extensions={"name": name})
            answers[name] = answer.status_code, answer.json().get("detail")
            if name != "forward":
                real = client.post("/api/v2/backfills", json=asked)
                assert (real.status_code, real.json()["detail"]) == answers[name]
    assert answers == {
        "backwards": (
            422,
            "Backfill cannot be run in reverse when the Dag has tasks "
            "where depends_on_past=True.",
        ),
        "none": (
            422,
            "Dag has tasks for which depends_on_past=True. You must set reprocess "
            "behavior to reprocess completed or reprocess failed.",
        ),
        "forward": (200, None),
    }


def test_the_first_run_of_a_backfill_does_not_look_back(example, op):
    first = {"dag_run_id": "first", "logical_date": "2026-05-01T00:00:00Z"}
    op.post(RUNS, json=first).raise_for_status()
    failed = {"new_state": "failed"}
    op.patch(f"{RUNS}/first/taskInstances/report", json=failed).raise_for_status()
    asked = body(2, 3, reprocess_behavior="failed")
    op.post("/api/v2/backfills", json=asked).raise_for_status()
    days = [f"{RUNS}/backfill__2026-05-0{day}T00:00:00%2B00:00" for day in (2, 3)]
    for day in days:
        for name in ("extract", "load"):
            done = {"new_state": "success"}
            op.patch(f"{day}/taskInstances/{name}", json=done).raise_for_status()
    op.patch(f"/api/v2/dags/{STEM}", json={"is_paused": False}).raise_for_status()
    Decisions().decide()

    paths = [f"{RUNS}/first", *days]
    states = [op.get(f"{p}/taskInstances/report").json()["state"] for p in paths]
    named = {f"{day} May": state for day, state in enumerate(states, 1)}
    assert example.scenario("first-run").keep("state of report", named) == {
        "1 May": "failed",
        "2 May": "queued",  # the first run of the backfill
        "3 May": None,
    }


def test_if_the_first_day_is_left_alone_the_next_day_looks_back(example, op):
    first = {"dag_run_id": "first", "logical_date": "2026-05-01T00:00:00Z"}
    op.post(RUNS, json=first).raise_for_status()  # queued, so the backfill skips it
    asked = body(1, 2, reprocess_behavior="failed")
    op.post("/api/v2/backfills", json=asked).raise_for_status()
    report = f"{RUNS}/backfill__2026-05-02T00:00:00%2B00:00/taskInstances/report"
    reasons = op.get(f"{report}/dependencies").json()["dependencies"]

    assert "Previous Dagrun State" in [one["name"] for one in reasons]
