"""A run that has timed out is cleared: nothing at first, then the skipped tasks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.models.dagrun import DagRun
from airflow.sdk.definitions.dag import _run_task
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

DAG = "/api/v2/dags/16_08_03_dag_run_timeout_subtask_3"
RUN = f"{DAG}/dagRuns/monday"
WAITING = {
    "dag_run_id": "monday",
    "task_ids": ["vendor_file"],
    "include_downstream": True,
    "only_failed": False,
}


@pytest.fixture
def admin(example):
    """Return a client whose questions are not recorded."""
    with example.api.client("admin") as client:
        yield client


def work(example, scheduler, task_id: str) -> None:
    """Let the scheduler queue a task of the only run, and execute the task."""
    scheduler.decide()
    with create_session() as session:
        ti = session.scalars(select(DagRun)).one().get_task_instance(task_id)
    assert ti.state == "queued"
    _run_task(ti=ti, task=example.dag.get_task(task_id))


def tasks(admin) -> dict[str, tuple[str, int]]:
    """State and try of each task."""
    rows = admin.get(f"{RUN}/taskInstances").json()["task_instances"]
    return {row["task_id"]: (row["state"], row["try_number"]) for row in rows}


@pytest.fixture
def timed_out(example, admin) -> Decisions:
    """Let the scheduler end a run whose sensor waits, and return the scheduler."""
    admin.patch(DAG, json={"is_paused": False}).raise_for_status()
    body = {"dag_run_id": "monday", "logical_date": None}
    body |= {"run_after": "2026-05-01T06:30:00Z", "conf": {"write_file": False}}
    admin.post(f"{DAG}/dagRuns", json=body).raise_for_status()
    scheduler = Decisions()
    work(example, scheduler, "extract")
    scheduler.decide()  # vendor_file is queued
    with create_session() as session:
        run = session.scalars(select(DagRun)).one()
        run.start_date = datetime.now(UTC) - timedelta(seconds=41)
    scheduler.decide()
    assert admin.get(RUN).json()["state"] == "failed"
    return scheduler


def ids(answer) -> list[str]:
    named = {row["task_id"] for row in answer.json()["task_instances"]}
    return [name for name in ("extract", "vendor_file", "load") if name in named]


def test_a_plain_trigger_finds_the_file(example):
    run = example.run(logical_date=None)

    assert example.dag.dagrun_timeout == timedelta(seconds=40)
    sensor = example.dag.get_task("vendor_file")
    assert (sensor.poke_interval, sensor.timeout) == (1, 600)
    assert set(run.states.values()) == {"success"}
    assert run.value("load") == 2


def test_the_run_goes_on_where_it_timed_out(example, admin, timed_out):
    before, seen = tasks(admin), [admin.get(RUN).json()["state"]]
    assert before == {
        "extract": ("success", 1),
        "vendor_file": ("skipped", 1),
        "load": ("skipped", 0),
    }
    kept = example.scenario("cleared")
    with kept.http(keep=["total_entries"]) as client:
        answer = client.post(
            f"{DAG}/clearTaskInstances",
            json={**WAITING, "dry_run": False},
            extensions={"name": "clear"},
        )
        assert ids(answer) == ["vendor_file", "load"]
    Path(example.scratch, "vendor_monday.csv").write_text("A-1,20\nA-2,30\nA-3,50\n")
    seen.append(admin.get(RUN).json()["state"])
    timed_out.decide()
    timed_out.decide()  # a second look: the old time does not count
    seen.append(admin.get(RUN).json()["state"])
    with create_session() as session:
        run = session.scalars(select(DagRun)).one()
        assert datetime.now(UTC) - run.start_date < timedelta(seconds=40)
        ti = run.get_task_instance("vendor_file")
    _run_task(ti=ti, task=example.dag.get_task("vendor_file"))
    work(example, timed_out, "load")
    timed_out.decide()
    seen.append(admin.get(RUN).json()["state"])

    kept.keep("state of the run", seen)
    assert seen == ["failed", "queued", "running", "success"]
    after = tasks(admin)
    assert after == {
        "extract": ("success", 1),  # not run again
        "vendor_file": ("success", 2),
        "load": ("success", 1),
    }
    changes = {
        task: f"{before[task][0]} (try {before[task][1]}) → "
        f"{after[task][0]} (try {after[task][1]})"
        for task in after
    }
    kept.keep("each task before and after", changes)
    path = f"{RUN}/taskInstances/load/xcomEntries/return_value"
    assert admin.get(path).json()["value"] == 3
    assert admin.get(RUN).json()["conf"] == {"write_file": False}


def test_what_each_request_would_clear(example, admin, timed_out):
    kept = example.scenario("dry-runs")
    with kept.http(keep=["total_entries"]) as client:

        def asked(name: str, path: str, body: dict) -> list[str]:
            answer = client.post(path, json=body, extensions={"name": name})
            assert answer.status_code == 200
            return ids(answer)

        tis, run = f"{DAG}/clearTaskInstances", f"{RUN}/clear"
        # --8<-- [start:dry-runs]
        monday = {"dag_run_id": "monday"}
        found = {
            "1 defaults": asked("defaults", tis, monday),
            "2 run, only_failed": asked("run", run, {"only_failed": True}),
            "3 all tasks": asked("all", tis, {**monday, "only_failed": False}),
            "4 from vendor_file": asked("waiting", tis, WAITING),
        }
        # --8<-- [end:dry-runs]

    assert kept.keep("tasks that would be cleared", found) == {
        "1 defaults": [],
        "2 run, only_failed": [],
        "3 all tasks": ["extract", "vendor_file", "load"],
        "4 from vendor_file": ["vendor_file", "load"],
    }
    empty = kept.exchanges[0]
    assert (empty["status"], empty["response"]) == (200, {"total_entries": 0})
    assert admin.get(RUN).json()["state"] == "failed"
