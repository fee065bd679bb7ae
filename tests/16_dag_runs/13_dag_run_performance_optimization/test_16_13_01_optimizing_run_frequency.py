"""What a schedule costs: tasks a day, one run for many files, runs that wait."""

from datetime import datetime, timedelta

import pytest
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.airflow_compat import DagSerialization, parse, sync_bag_to_db
from dagbook.parsing.describe import ticks
from dagbook.running.dag_test import own_bundle
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_13_01_optimizing_run_frequency"
SCHEDULE, LIMIT = 'schedule="*/15 * * * *"', "max_active_runs=2"
SIX = [f"orders_{n}" for n in range(1, 7)]
# run_after on 2026-05-01: minutes until its start, minutes at work; two at a time.
HISTORY = {
    "06:00": (0, 40),
    "06:15": (0, 40),
    "06:30": (10, 40),
    "06:45": (10, 41),
    "07:00": (20, 40),
    "07:15": (21, 40),
}


def changed(example, **lines: str):
    """Write the file with other lines; return how Airflow parses it, and its path."""
    text = example.paths.dag.read_text()
    for old, new in ((SCHEDULE, lines["schedule"]), (LIMIT, lines["limit"])):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = example.scratch / f"{example.stem}.py"
    file.write_text(text)
    return parse(file), file


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def trigger(op, run_id: str, run_after: str = "2026-05-01T06:00:00Z") -> None:
    body = {"dag_run_id": run_id, "logical_date": None, "run_after": run_after}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()


def end(op, run_id: str) -> None:
    path = f"{PATH}/dagRuns/{run_id}"
    op.patch(path, json={"state": "success"}).raise_for_status()


def test_one_run_loads_all_files_that_wait(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "6 files, 210 EUR")


def test_a_run_for_each_file_needs_as_many_tasks_as_the_batch(example):
    one = example.run("one-file", logical_date=None, conf={"files": 1})
    batch = len(example.dag.tasks)

    assert one.value("report") == "1 files, 10 EUR"
    assert len(one.states) == batch
    assert example.scenario("one-file").keep(
        "task instances for six files", {"one run": batch, "six runs": 6 * batch}
    ) == {"one run": 3, "six runs": 18}


def test_task_instances_of_a_day(example):
    start, seen = datetime.fromisoformat("2026-05-01T00:00:00+00:00"), {}
    every = {"01": "* * * * *", "05": "*/5 * * * *", "15": "", "60": "@hourly"}
    for minutes, cron in every.items():
        schedule = f'schedule="{cron}"' if cron else SCHEDULE
        bag, _ = changed(example, schedule=schedule, limit=LIMIT)
        dag = bag.dags[example.stem]
        stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        rows = ticks(stored, start.isoformat(), 60 // int(minutes) + 1)
        times = [datetime.fromisoformat(row["run_after"]) for row in rows]
        runs = 24 * sum(time < start + timedelta(hours=1) for time in times)
        assert len(times) == runs // 24 + 1  # the last one is of the next hour
        seen[f"every {minutes} minutes"] = runs * len(dag.tasks)

    assert example.scenario("schedules").keep("task instances in a day", seen) == {
        "every 01 minutes": 4320,
        "every 05 minutes": 864,
        "every 15 minutes": 288,
        "every 60 minutes": 72,
    }


def test_max_active_runs_decides_how_many_runs_wait(example, op):
    for run_id in SIX:
        trigger(op, run_id)
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    scheduler, seen = Decisions(), {}
    for most in (1, 2, 6):
        limit = f"max_active_runs={most}"
        bag, file = changed(example, schedule="schedule=None", limit=limit)
        own_bundle(file)
        DagBundlesManager().sync_bundles_to_db()
        sync_bag_to_db(bag, file.stem, None)
        scheduler.decide()
        rows = op.get(f"{PATH}/dagRuns").json()["dag_runs"]
        states = [row["state"] for row in rows]
        working = states.count("running")
        seen[limit] = f"{working} running, {states.count('queued')} queued"

    assert example.scenario("six-runs").keep("six runs triggered together", seen) == {
        "max_active_runs=1": "1 running, 5 queued",
        "max_active_runs=2": "2 running, 4 queued",
        "max_active_runs=6": "6 running, 0 queued",
    }


def test_two_requests_tell_that_the_interval_is_too_short(example, op):
    for clock in HISTORY:
        trigger(op, clock, f"2026-05-01T{clock}:00Z")
        end(op, clock)
    with create_session() as session:  # the times of that morning
        for run in session.scalars(select(DagRun)):
            late, works = HISTORY[run.run_id]
            run.start_date = run.run_after + timedelta(minutes=late)
            run.end_date = run.start_date + timedelta(minutes=works)
    kept = example.scenario("history")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{PATH}/dagRuns?state=success&order_by=-duration&limit=1"
        answer = viewer.get(path, extensions={"name": "slowest"}).json()
        path = f"{PATH}/dagRuns?order_by=-run_after&limit=20"
        newest = viewer.get(path, extensions={"name": "late"}).json()["dag_runs"]
    times = [row["run_after"] for row in example.ticks("2026-05-01T06:00:00Z", 2)]
    first, second = map(datetime.fromisoformat, times)
    seconds = {
        "interval": (second - first).total_seconds(),
        "slowest run": answer["dag_runs"][0]["duration"],
    }
    late = {
        run["dag_run_id"]: (
            datetime.fromisoformat(run["start_date"])
            - datetime.fromisoformat(run["run_after"])
        ).total_seconds()
        for run in newest
    }

    assert kept.keep("seconds", seconds) == {"interval": 900, "slowest run": 2460}
    assert kept.keep("start_date minus run_after, in seconds", late) == {
        "06:00": 0,
        "06:15": 0,
        "06:30": 600,
        "06:45": 600,
        "07:00": 1200,
        "07:15": 1260,
    }


def test_a_run_for_no_file_is_refused(example):
    body = {"logical_date": None, "conf": {"files": 0}}
    with example.scenario("no-file").http("op", keep=["detail"]) as client:
        answer = client.post(f"{PATH}/dagRuns", json=body, extensions={"name": "none"})

    assert answer.status_code == 400
    assert "0 is less than the minimum of 1" in answer.json()["detail"]
