"""A late run skips what comes after on_time, and which old times still start."""

from datetime import UTC, datetime
from urllib.parse import quote

import pendulum
import pytest

from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

RUNS = "/api/v2/dags/16_10_03_catchup_behavior_subtask_3/dagRuns"
LATE = {"on_time": "success", "load": "skipped", "report": "skipped"}


@pytest.fixture
def admin(example):
    with example.api.client() as client:
        yield client


def states(client, run_id: str) -> dict[str, str]:
    rows = client.get(f"{RUNS}/{quote(run_id)}/taskInstances").json()
    return {row["task_id"]: row["state"] for row in rows["task_instances"]}


def clear(client, run_id: str, task_id: str) -> None:
    body = {"dag_run_id": run_id, "task_ids": [task_id], "only_failed": False}
    path = RUNS.replace("dagRuns", "clearTaskInstances")
    body |= {"dry_run": False, "include_downstream": True}
    client.post(path, json=body).raise_for_status()


def test_run_that_starts_on_time_loads(example):
    assert example.dag  # parse it before the clock is read
    run = example.run(logical_date=None, run_after=datetime.now(UTC))
    assert set(run.states.values()) == {"success"}
    assert run.value("report") == 2


def test_late_run_is_skipped_and_succeeds(example):
    run = example.run("late", logical_date=None)
    assert (run.states, run.state) == (LATE, "success")


def test_clear_of_load_runs_it_only_where_on_time_let_it_run(example, admin):
    assert example.dag
    new = {"logical_date": None, "dag_run_id": "on-time"}
    old = {"logical_date": None, "dag_run_id": "late"}
    old["run_after"] = "2026-05-01T06:30:00Z"
    ends = {}
    for body in (new, old):
        run_id = body["dag_run_id"]
        admin.post(RUNS, json=body).raise_for_status()
        execute(example.dag, run_id)
        before = states(admin, run_id)["load"]
        clear(admin, run_id, "load")
        execute(example.dag, run_id)
        ends[run_id] = f"{before}, after the clear {states(admin, run_id)['load']}"

    assert example.scenario("cleared").keep("load of a run that was", ends) == {
        "on-time": "success, after the clear success",
        "late": "skipped, after the clear skipped",
    }


def test_two_old_times_start_when_the_stored_one_is_old(example, monkeypatch):
    clock = "airflow.timetables.trigger.utcnow"
    parsed = pendulum.datetime(2026, 5, 10, 10, 0, 40, tz="UTC")
    monkeypatch.setattr(clock, lambda: parsed)
    assert example.dag  # parsed for the last time at 10:00:40
    kept = example.scenario("two-old")
    path = RUNS.removesuffix("/dagRuns")
    with kept.http("viewer", keep=["next_dagrun_run_after"]) as client:
        stored = client.get(path, extensions={"name": "look"}).json()
    monkeypatch.setattr(clock, lambda: parsed.add(minutes=5))
    scheduler = Decisions()
    with example.api.client() as admin:
        admin.patch(path, json={"is_paused": False}).raise_for_status()
        scheduler.decide()
        scheduler.decide()
        rows = admin.get(RUNS).json()["dag_runs"]
    started = sorted(row["run_after"] for row in rows)
    assert stored["next_dagrun_run_after"] == started[0]
    assert kept.keep("runs after the unpause at 10:05:40", started) == [
        "2026-05-10T10:00:00Z",
        "2026-05-10T10:05:00Z",
    ]
