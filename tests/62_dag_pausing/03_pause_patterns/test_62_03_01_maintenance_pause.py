"""What maintenance pauses and restores, in each of its outcomes."""

import json

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "62_03_01_maintenance_pause"
SALES = f"{STEM}__load_sales"
START = "2026-01-01 00:00:00+00:00"


@pytest.fixture
def op(example):
    with example.api.client("op") as client:
        yield client


def pause(op, dag_id: str, paused: bool) -> None:
    op.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": paused}).raise_for_status()


def is_paused(op, dag_id: str = SALES) -> bool:
    return op.get(f"/api/v2/dags/{dag_id}").json()["is_paused"]


def changes(op) -> list[str]:
    """Return event and value of each pause in the audit log, oldest first."""
    ask = {"included_events": ["patch_dag", "patch_dags"], "order_by": "when"}
    rows = op.get("/api/v2/eventLogs", params=ask).json()["event_logs"]
    return [f"{r['event']} {json.loads(r['extra'])['is_paused']}" for r in rows]


def told(example) -> list[str]:
    return (example.scratch / "maintenance.txt").read_text().splitlines()


def test_maintenance_pauses_and_restores(example, op):
    run = example.run()

    assert run.state == "success"
    assert set(run.states.values()) == {"success"}
    assert run.value("pause") == [SALES]
    assert changes(op) == ["patch_dags True", "patch_dag False"]
    assert not is_paused(op)
    assert told(example) == ["maintenance: success"]
    dag, sales = example.dag, example.sibling("load_sales")
    assert dag.get_task("vacuum").downstream_task_ids == {"restore"}
    assert (dag.schedule, dag.catchup) == ("0 2 * * SUN", False)
    assert f"{dag.start_date} {sales.start_date}" == f"{START} {START}"


def test_sales_are_loaded_daily(example):
    run = example.run("sales", role="load_sales")

    assert run.value("load") == 42
    assert (example.sibling("load_sales").catchup, run.state) == (False, "success")


def test_failed_vacuum_restores_too(example, op):
    (example.scratch / "sales.db").write_text("this is no database " * 60)
    run = example.run("vacuum-fails")

    assert run.states == {
        "connected": "success",
        "pause": "success",
        "vacuum": "failed",
        "restore": "success",
    }
    assert run.task("vacuum").error == "DatabaseError: file is not a database"
    assert (run.state, is_paused(op)) == ("failed", False)
    assert changes(op) == ["patch_dags True", "patch_dag False"]
    lines = told(example)
    kept = example.scenario("vacuum-fails")
    assert kept.keep("maintenance.txt", lines) == ["maintenance: failed"]


def test_failed_restore_is_told_and_does_not_fail_the_run(example):
    assert example.api
    run = example.run("restore-fails", mark_success="pause")  # returned no list

    assert (run.task("restore").state, run.state) == ("failed", "success")
    lines = told(example)
    kept = example.scenario("restore-fails")
    assert kept.keep("maintenance.txt", lines) == [
        "maintenance: 'NoneType' object is not iterable",
        "maintenance: success",
    ]


def test_dag_that_was_paused_before_stays_paused(example, op):
    pause(op, SALES, True)
    run = example.run("already-paused")

    assert (run.state, run.value("pause")) == ("success", [])
    # restore sent none
    assert changes(op) == ["patch_dag True", "patch_dags True"]
    kept = example.scenario("already-paused")
    assert kept.keep("is __load_sales paused", is_paused(op)) is True


def test_pattern_that_matches_the_controller_stops_its_run(example, op):
    kept = example.scenario("matched-itself")
    pause(op, STEM, False)
    body = {"dag_run_id": "now", "logical_date": None}
    op.post(f"/api/v2/dags/{STEM}/dagRuns", json=body).raise_for_status()
    scheduler = Decisions()
    scheduler.decide()
    run = f"/api/v2/dags/{STEM}/dagRuns/now"
    with kept.http("op", keep=["total_entries"]) as client:
        ask = {"dag_id_pattern": STEM, "paused": False, "limit": 1}
        answer = client.patch(
            "/api/v2/dags",
            params=ask,
            json={"is_paused": True},
            extensions={"name": "pause"},
        ).json()
    for name in ("connected", "pause"):
        mark = {"new_state": "success"}
        op.patch(f"{run}/taskInstances/{name}", json=mark).raise_for_status()
    scheduler.decide()
    seen = {
        "run": op.get(run).json()["state"],
        "task vacuum": op.get(f"{run}/taskInstances/vacuum").json()["state"],
    }

    # The answer is a page of one; the UPDATE has hit both.
    assert (len(answer["dags"]), answer["total_entries"]) == (1, 2)
    assert (is_paused(op), is_paused(op, STEM)) == (True, True)
    assert kept.keep("state of the run that pauses itself", seen) == {
        "run": "running",
        "task vacuum": None,
    }


def test_without_the_connection_nothing_is_paused(example, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    run = example.run("no-connection", logical_date=None)

    assert run.state == "success"
    assert run.states == {
        "connected": "success",
        "pause": "skipped",
        "vacuum": "skipped",
        "restore": "skipped",
    }


def test_use_job_schedule_creates_no_scheduled_run(example, op, monkeypatch):
    runs = f"/api/v2/dags/{SALES}/dagRuns"
    body = {"dag_run_id": "asked", "logical_date": None}
    op.post(runs, json=body).raise_for_status()
    seen = {}
    for number, value in ((1, "False"), (2, "True")):
        monkeypatch.setenv("AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE", value)
        Decisions().decide()
        found = op.get(runs).json()["dag_runs"]
        seen[f"{number} {value}"] = {run["run_type"]: run["state"] for run in found}

    assert example.scenario("upgrade").keep("runs by use_job_schedule", seen) == {
        "1 False": {"manual": "running"},
        "2 True": {"manual": "running", "scheduled": "running"},
    }
