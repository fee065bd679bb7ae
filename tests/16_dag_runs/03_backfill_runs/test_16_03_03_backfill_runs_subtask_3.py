"""A week with runs in every state, and what each reprocess behaviour takes of it."""

from datetime import UTC, datetime

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute

STEM = "16_03_03_backfill_runs_subtask_3"
RUNS = f"/api/v2/dags/{STEM}/dagRuns"
BACKFILLS = "/api/v2/backfills"
WEEK = {2: "success", 3: "failed", 4: "running", 5: "queued", 7: "failed"}  # 6, 8: none
ASKED = {"dag_id": STEM, "from_date": "2026-03-02", "to_date": "2026-03-08"}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def make_week(client) -> None:
    """Create a run for each day of WEEK, and give it its state."""
    for day, state in WEEK.items():
        name, date = f"sales-2026-03-0{day}", f"2026-03-0{day}T00:00:00Z"
        body = {"dag_run_id": name, "logical_date": date}
        client.post(RUNS, json=body).raise_for_status()
        if state == "running":
            set_running(name)
        elif state != "queued":
            client.patch(f"{RUNS}/{name}", json={"state": state}).raise_for_status()


def set_running(name: str) -> None:
    """Do what the scheduler does, which no request can."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import update

    with create_session() as session:
        row = update(DagRun).where(DagRun.run_id == name)
        session.execute(row.values(state="running"))


def days(client, behaviour: str) -> list[int]:
    body = ASKED | {"reprocess_behavior": behaviour}
    found = client.post(f"{BACKFILLS}/dry_run", json=body).json()["backfills"]
    return [int(one["logical_date"][8:10]) for one in found]


def test_a_plain_trigger_loads_the_day_of_run_after(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", "orders-2026-05-01.csv loaded")


def test_the_dry_run_of_each_behaviour(example, op):
    make_week(op)
    found = {name: days(op, name) for name in ("none", "failed", "completed")}

    assert found == {"none": [6, 8], "failed": [3, 6, 7, 8]} | {
        "completed": [2, 3, 6, 7, 8]
    }
    rows = {
        f"{day} March, {WEEK.get(day, 'no run')}": ", ".join(
            name for name, those in found.items() if day in those
        )
        or "left alone"
        for day in range(2, 9)
    }
    assert example.scenario("matrix").keep("behaviors that run the day", rows) == {
        "2 March, success": "completed",
        "3 March, failed": "failed, completed",
        "4 March, running": "left alone",
        "5 March, queued": "left alone",
        "6 March, no run": "none, failed, completed",
        "7 March, failed": "failed, completed",
        "8 March, no run": "none, failed, completed",
    }


def test_failed_runs_the_failed_days_and_fills_the_gaps(example, op):
    make_week(op)
    kept = example.scenario("created-failed")
    body = ASKED | {"reprocess_behavior": "failed"}
    with kept.http("op", keep=["id", "reprocess_behavior"]) as client:
        client.post(BACKFILLS, json=body, extensions={"name": "create"})

    runs = op.get(f"{RUNS}?order_by=logical_date").json()["dag_runs"]
    shown = [
        f"{run['dag_run_id'].removesuffix('T00:00:00+00:00')}: "
        f"{run['run_type']}, {run['state']}"
        for run in runs
    ]
    assert kept.keep("runs after the request", shown) == [
        "sales-2026-03-02: manual, success",
        "sales-2026-03-03: backfill, queued",
        "sales-2026-03-04: manual, running",
        "sales-2026-03-05: manual, queued",
        "backfill__2026-03-06: backfill, queued",
        "sales-2026-03-07: backfill, queued",
        "backfill__2026-03-08: backfill, queued",
    ]


def test_the_old_run_comes_back_under_its_id_with_a_second_try(example, op):
    kept = example.scenario("old-run")
    moment = datetime(2026, 3, 3, tzinfo=UTC)
    old = example.run("old-run", logical_date=moment, conf={"shop": "oslo"})
    assert old.state == "success"
    body = ASKED | {"reprocess_behavior": "completed"}
    day = {"from_date": "2026-03-03", "to_date": "2026-03-03"}
    op.post(BACKFILLS, json=body | day).raise_for_status()
    assert execute(load(example.paths.dag)[0][STEM], old.run_id) == "success"

    (run,) = op.get(RUNS).json()["dag_runs"]
    path = f"{RUNS}/{old.run_id.replace('+', '%2B')}/taskInstances/load"
    run["try_number of load"] = op.get(path).json()["try_number"]
    fields = ("run_type", "triggered_by", "conf", "try_number of load")
    assert run["dag_run_id"] == old.run_id
    assert kept.keep("run of 3 March", {name: run[name] for name in fields}) == {
        "run_type": "backfill",
        "triggered_by": "backfill",
        "conf": {"shop": "oslo"},
        "try_number of load": 2,
    }


def test_a_backfill_with_nothing_to_run_blocks_the_next(example, op):
    make_week(op)
    nothing = ASKED | {"from_date": "2026-03-02", "to_date": "2026-03-05"}
    kept = example.scenario("nothing-to-run")
    with kept.http("op", keep=["total_entries", "completed_at", "detail"]) as client:
        dry = client.post(
            f"{BACKFILLS}/dry_run", json=nothing, extensions={"name": "dry run"}
        )
        made = client.post(BACKFILLS, json=nothing, extensions={"name": "create"})
        whole = ASKED | {"reprocess_behavior": "completed"}
        after = client.post(BACKFILLS, json=whole, extensions={"name": "next"})

    assert dry.json()["total_entries"] == 0
    assert (made.status_code, made.json()["completed_at"]) == (200, None)
    assert (after.status_code, after.json()["detail"]) == (
        409,
        f"There is already a running backfill for dag {STEM}",
    )


def test_the_words_of_the_form_are_unknown_to_the_api(example):
    kept = example.scenario("wrong-word")
    body = ASKED | {"reprocess_behavior": "Missing and Errored Runs"}
    with kept.http("op") as client:
        answer = client.post(BACKFILLS, json=body)

    (refused,) = answer.json()["detail"]
    assert answer.status_code == 422
    assert kept.keep("message", refused["msg"]) == (
        "Input should be 'failed', 'completed' or 'none'"
    )
