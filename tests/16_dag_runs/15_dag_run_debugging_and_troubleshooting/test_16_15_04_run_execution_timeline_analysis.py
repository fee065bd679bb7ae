"""Where the time of a run goes: its four times, its slowest path, its earlier runs."""

from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

DAG = "16_15_04_run_execution_timeline_analysis"
PATH = f"/api/v2/dags/{DAG}"
RUNS = f"{PATH}/dagRuns"
SIX = datetime(2026, 5, 1, 6, tzinfo=UTC)
SECONDS = [60, 66, 58, 240]
TIMES = {"queued_when": "queued", "start_date": "started", "end_date": "ended"}


# --8<-- [start:path]
def slowest_path(tasks, instances):
    ended = {ti["task_id"]: ti["end_date"] or "" for ti in instances}
    path = [max(ended, key=ended.get)]
    while upstream := [t for t in tasks if path[0] in t["downstream_task_ids"]]:
        path.insert(0, max((t["task_id"] for t in upstream), key=ended.get))
    return path


# --8<-- [end:path]


# --8<-- [start:gaps]
def gaps(ti):
    names = ("scheduled_when", "queued_when", "start_date", "end_date")
    scheduled, queued, start, end = [datetime.fromisoformat(ti[name]) for name in names]
    return {
        "waits for a slot": queued - scheduled,  # of a pool, or below a limit
        "waits for a worker": start - queued,
        "works": end - start,  # the import of the DAG file and your code
    }


# --8<-- [end:gaps]


# --8<-- [start:report]
def report(runs):
    usual = median(run["duration"] for run in runs)
    return [
        f"{run['dag_run_id']}: {run['duration']:.0f} s, {run['duration'] / usual:.1f}x"
        for run in runs
    ]


# --8<-- [end:report]


@pytest.fixture
def op(example):
    with example.api.client("op") as client:
        client.patch(PATH, json={"is_paused": False}).raise_for_status()
        yield client


def test_plain_trigger_waits_for_the_stock(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == (
        "success",
        "sales: 42 EUR, in stock: True",
    )
    assert run.task("check_stock").tries[0]["duration"] >= 2


def test_task_that_waits_for_a_slot_is_on_the_slowest_path(example, op):
    path = "/api/v2/pools/default_pool?update_mask=slots"
    op.patch(path, json={"slots": 1}).raise_for_status()
    body = {"dag_run_id": "orders", "logical_date": None, "conf": {"seconds": 1}}
    op.post(RUNS, json=body).raise_for_status()
    scheduler = Decisions()
    for _ in range(6):
        scheduler.decide()
        scheduler.execute(example.dag)
    kept = example.scenario("one slot")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        tasks = viewer.get(f"{PATH}/tasks", extensions={"name": "tasks"}).json()[
            "tasks"
        ]
        wanted = f"{RUNS}/orders/taskInstances?order_by=end_date"
        found = viewer.get(wanted, extensions={"name": "times"}).json()
    instances = found["task_instances"]
    _, first, second, last = instances
    events = {
        ti[key]: f"{ti['task_id']} {word}"
        for ti in (first, second)
        for key, word in TIMES.items()
    }

    assert last["state"] == "success"
    path = " → ".join(slowest_path(tasks, instances))
    assert kept.keep("slowest path", path) == "extract → check_stock → load"
    assert gaps(second)["waits for a slot"] > gaps(first)["works"]
    assert gaps(second)["works"] >= timedelta(seconds=1)
    order = [events[moment] for moment in sorted(events)]
    assert kept.keep("order of events in a pool with one slot", order) == [
        "add_up queued",
        "add_up started",
        "add_up ended",
        "check_stock queued",
        "check_stock started",
        "check_stock ended",
    ]


def test_path_follows_the_task_that_ended_last():
    tasks = [
        {"task_id": "extract", "downstream_task_ids": ["add_up", "check_stock"]},
        {"task_id": "add_up", "downstream_task_ids": ["load"]},
        {"task_id": "check_stock", "downstream_task_ids": ["load"]},
        {"task_id": "load", "downstream_task_ids": []},
    ]
    ends = {"extract": "06:00", "check_stock": None, "add_up": "06:01", "load": "06:02"}
    instances = [{"task_id": one, "end_date": end} for one, end in ends.items()]

    assert slowest_path(tasks, instances) == ["extract", "add_up", "load"]


def test_a_slow_run_among_the_last_ones(example, op):
    for day, seconds in enumerate(SECONDS):
        start = SIX + timedelta(days=day)
        run_id = f"orders_{start:%Y-%m-%d}"
        body = {"dag_run_id": run_id, "logical_date": None, "run_after": str(start)}
        op.post(RUNS, json=body).raise_for_status()
        op.patch(f"{RUNS}/{run_id}", json={"state": "success"}).raise_for_status()
        with create_session() as session:
            run = session.scalars(select(DagRun).where(DagRun.run_id == run_id)).one()
            run.start_date, run.end_date = start, start + timedelta(seconds=seconds)
    kept = example.scenario("history")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{RUNS}?order_by=-run_after&limit=10"
        last = viewer.get(path, extensions={"name": "last"}).json()["dag_runs"]
        path = f"{RUNS}?duration_gte=120"
        slow = viewer.get(path, extensions={"name": "slow"}).json()["dag_runs"]

    assert kept.keep("slow runs", [run["dag_run_id"] for run in slow]) == [
        "orders_2026-05-04"
    ]
    assert kept.keep("duration, and times the median", report(last)) == [
        "orders_2026-05-04: 240 s, 3.8x",
        "orders_2026-05-03: 58 s, 0.9x",
        "orders_2026-05-02: 66 s, 1.0x",
        "orders_2026-05-01: 60 s, 1.0x",
    ]
