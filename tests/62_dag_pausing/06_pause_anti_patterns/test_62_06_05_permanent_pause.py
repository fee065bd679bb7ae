"""A DAG that stays paused: what remains of it, how it goes, and how it comes back."""

import pytest
from airflow.models import TaskInstance
from airflow.models.dag import DagModel
from airflow.models.log import Log
from airflow.utils.session import create_session
from sqlalchemy import func, select

from dagbook.running.dag_test import load
from dagbook.testing.scheduler import Decisions

STEM = "62_06_05_permanent_pause"
DAGS = "/api/v2/dags"
BAD = f"{DAGS}/{STEM}"


@pytest.fixture
def op(example):
    assert example.dags
    with example.api.client("op") as client:
        yield client


def trigger(op) -> dict:
    body = {"dag_run_id": "by-hand", "logical_date": None}
    return op.post(f"{BAD}/dagRuns", json=body).raise_for_status().json()


def listed(op) -> bool:
    found = op.get(DAGS, params={"paused": True}).json()["dags"]
    return STEM in [dag["dag_id"] for dag in found]


def runs(op) -> int:
    return op.get(f"{BAD}/dagRuns").json()["total_entries"]


def audit_rows(op) -> int:
    ask = {"dag_id": STEM, "event": "patch_dag"}
    return op.get("/api/v2/eventLogs", params=ask).json()["total_entries"]


def file_is_ignored(example) -> None:
    """Do what the DAG processor does when it no longer finds the file."""
    assert DagModel.deactivate_deleted_dags(example.stem, [])


def test_report_fails_because_its_table_is_gone(example):
    run = example.run(logical_date=None)

    assert (run.state, run.states) == ("failed", {"report": "failed"})
    assert run.task("report").error == "OperationalError: no such table: refunds_2024"


def test_successor_reports_today(example):
    run = example.run("fixed", role="fixed", logical_date=None)

    assert (run.state, run.value("report")) == ("success", 12)


def test_paused_dag_is_listed_and_accepts_a_trigger(example, op):
    Decisions().decide()
    run = trigger(op)
    seen = {"is in GET /dags": listed(op), "state of a triggered run": run["state"]}

    kept = example.scenario("zombie")
    assert kept.keep("the paused DAG", seen) == {
        "is in GET /dags": True,
        "state of a triggered run": "queued",
    }
    before = op.get(BAD).json()
    load(example.paths.dag)  # what the DAG processor does with the file
    after = op.get(BAD).json()
    assert kept.keep(
        "after one more parse",
        {
            "is_paused": after["is_paused"],
            "last_parsed_time is newer": after["last_parsed_time"]
            > before["last_parsed_time"],
        },
    ) == {"is_paused": True, "last_parsed_time is newer": True}


def test_ignored_file_hides_the_dag_and_delete_removes_it(example, op):
    trigger(op)
    file_is_ignored(example)
    kept = example.scenario("retired")
    seen = {"1 file is ignored": f"is_stale {op.get(BAD).json()['is_stale']}"}
    hidden = {
        "is in GET /dags": listed(op),
        "status of GET": op.get(BAD).status_code,
        "runs": runs(op),
    }
    with kept.http("op") as client:
        gone = client.delete(BAD, extensions={"name": "delete"})
    seen["2 DELETE"] = f"status {gone.status_code}"
    seen["3 GET"] = f"status {op.get(BAD).status_code}"

    assert kept.keep("the DAG", seen) == {
        "1 file is ignored": "is_stale True",
        "2 DELETE": "status 204",
        "3 GET": "status 404",
    }
    assert kept.keep("the stale DAG before its DELETE", hidden) == {
        "is in GET /dags": False,
        "status of GET": 200,
        "runs": 1,
    }


def test_next_parse_brings_the_dag_back_without_its_history(example, op):
    op.patch(BAD, json={"is_paused": False}).raise_for_status()
    trigger(op)
    kept = example.scenario("comes-back")

    def look() -> dict:
        answer = op.get(BAD)
        return {
            "status of GET": answer.status_code,
            "is_paused": answer.json().get("is_paused"),
            "runs": runs(op) if answer.status_code == 200 else None,
            "rows of the audit log": audit_rows(op),
        }

    seen = {"1 before": look()}
    op.delete(BAD).raise_for_status()
    seen["2 after the DELETE"] = look()
    with create_session() as session:
        counted = select(func.count(Log.id)).where(Log.event == "patch_dag")
        assert session.scalar(counted) == 1
    done = kept.cli("dags", "reserialize", name="parse")
    seen["3 after the next parse"] = look()

    assert done.returncode == 0
    assert kept.keep("the DAG", seen) == {
        "1 before": {
            "status of GET": 200,
            "is_paused": False,
            "runs": 1,
            "rows of the audit log": 1,
        },
        "2 after the DELETE": {
            "status of GET": 404,
            "is_paused": None,
            "runs": None,
            "rows of the audit log": 0,
        },
        "3 after the next parse": {
            "status of GET": 200,
            "is_paused": True,
            "runs": 0,
            "rows of the audit log": 1,
        },
    }


def test_delete_is_refused_while_a_task_runs(example, op):
    op.patch(BAD, json={"is_paused": False}).raise_for_status()
    trigger(op)
    Decisions().decide()
    with create_session() as session:
        session.scalars(select(TaskInstance)).one().state = "running"
    kept = example.scenario("running")
    with kept.http("op") as client:
        answer = client.delete(BAD, extensions={"name": "delete"})

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        f"Task instances of dag with id: '{STEM}' are still running",
    )
    assert op.get(BAD).status_code == 200
