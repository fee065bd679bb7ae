"""Office hours as a schedule, and a budget that pauses the DAG."""

from datetime import UTC, datetime

import pendulum
import pytest

from dagbook.airflow_compat import DagSerialization
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "62_09_03_cost_control"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        client.base_url = f"{example.api.url}/api/v2"
        client.patch(f"/dags/{STEM}", json={"is_paused": False}).raise_for_status()
        yield client


# --8<-- [start:seconds]
def seconds(client, since: str) -> dict[str, float]:
    path = f"/dags/{STEM}/dagRuns/~/taskInstances"
    ask = {"start_date_gte": since, "limit": 100}
    rows = client.get(path, params=ask).raise_for_status().json()["task_instances"]
    found: dict[str, float] = {}
    for row in rows:
        found[row["task_id"]] = found.get(row["task_id"], 0) + (row["duration"] or 0)
    return found


# --8<-- [end:seconds]


# --8<-- [start:budget]
def keep_budget(client, since: str, limit: float) -> bool:
    over = sum(seconds(client, since).values()) > limit
    if over:
        client.patch(f"/dags/{STEM}", json={"is_paused": True}).raise_for_status()
    return over


# --8<-- [end:budget]


def is_paused(op) -> bool:
    return op.get(f"/dags/{STEM}").json()["is_paused"]


def test_a_plain_run_loads_the_sales(example):
    run = example.run()

    assert (run.state, run.value("load")) == ("success", 42)


def test_no_run_is_due_from_friday_evening_to_monday(example, monkeypatch):
    friday = pendulum.datetime(2026, 5, 1, 17, tz="Europe/Berlin")
    monkeypatch.setattr("airflow.timetables.trigger.utcnow", lambda: friday)
    stored = DagSerialization.from_dict(DagSerialization.to_dict(example.dag))
    info, found = None, []
    for _ in range(4):
        info = stored.next_dagrun_info(last_automated_run_info=info)
        found.append(f"{info.run_after.in_timezone('Europe/Berlin'):%a %d %b %H:%M}")
    assert example.scenario("weekend").keep("runs around a weekend", found) == [
        "Fri 01 May 17:00",
        "Fri 01 May 18:00",
        "Mon 04 May 08:00",
        "Mon 04 May 09:00",
    ]


def executed(example, op, run_id: str) -> str:
    """Let a run of the DAG begin, and execute its tasks; return where it began."""
    since = datetime.now(UTC).isoformat()
    body = {"dag_run_id": run_id, "logical_date": None}
    op.post(f"/dags/{STEM}/dagRuns", json=body).raise_for_status()
    assert execute(example.dag, run_id) == "success"
    return since


def test_seconds_are_those_of_the_task_instances(example, op):
    since = executed(example, op, "morning")
    rows = op.get(f"/dags/{STEM}/dagRuns/morning/taskInstances").json()
    durations = {r["task_id"]: r["duration"] for r in rows["task_instances"]}
    found = seconds(op, since)
    assert found == durations
    kept = example.scenario("seconds")
    assert kept.keep("tasks that are counted", sorted(found)) == ["extract", "load"]
    assert seconds(op, "2036-01-01T00:00:00Z") == {}


def test_over_the_budget_the_dag_is_paused(example, op):
    since = executed(example, op, "morning")
    used = sum(seconds(op, since).values())
    found = {}
    for name, limit in (("1 below the limit", used + 1), ("2 above it", used - 0.001)):
        over = keep_budget(op, since, limit)
        found[name] = f"over {over}, is_paused {is_paused(op)}"
    assert example.scenario("budget").keep("budget and pause", found) == {
        "1 below the limit": "over False, is_paused False",
        "2 above it": "over True, is_paused True",
    }


def test_a_pause_by_the_clock_leaves_a_run_in_the_middle(example, op):
    body = {"dag_run_id": "evening", "logical_date": None}
    op.post(f"/dags/{STEM}/dagRuns", json=body).raise_for_status()
    scheduler = Decisions()
    scheduler.decide()
    op.patch(f"/dags/{STEM}", json={"is_paused": True}).raise_for_status()
    scheduler.execute(example.dag)
    scheduler.decide()
    path = f"/dags/{STEM}/dagRuns/evening"
    tasks = op.get(f"{path}/taskInstances").json()["task_instances"]
    found = {row["task_id"]: row["state"] for row in tasks}
    found["the run"] = op.get(path).json()["state"]
    kept = example.scenario("paused by the clock")
    assert kept.keep("states after the pause", found) == {
        "extract": "success",
        "load": None,
        "the run": "running",
    }
