"""A pause after a failure, a retry after a failure, and a pause before the retry."""

from datetime import timedelta

import pytest
from airflow.models import TaskInstance
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

STEM = "62_06_02_pause_error_handling"
BAD = f"/api/v2/dags/{STEM}"
FIXED = f"{BAD}__fixed"
ERROR = "ConnectionError: 503 from the partner API"


@pytest.fixture
def op(example):
    """Return a client of the administrator; both DAGs are active."""
    assert example.dags
    with example.api.client("admin") as client:
        pause(client, False, BAD)
        pause(client, False, FIXED)
        yield client


def pause(client, paused: bool, path: str) -> None:
    client.patch(path, json={"is_paused": paused}).raise_for_status()


def seen(op, run, path: str) -> str:
    tries = run.task("extract").try_number
    paused = op.get(path).json()["is_paused"]
    return f"run {run.state}, tries {tries}, is_paused {paused}"


def test_one_fails_and_is_paused_the_other_succeeds(example, op):
    bad = example.run(logical_date=None)
    fixed = example.run("fixed", role="fixed", logical_date=None)

    assert bad.states == {"extract": "failed", "load": "upstream_failed"}
    assert bad.task("extract").errors == [ERROR]
    assert fixed.task("extract").errors == [ERROR]
    assert [one["state"] for one in fixed.task("extract").tries] == [
        "failed",
        "success",
    ]
    assert fixed.value("load") == 42
    result = {
        "1 callback pauses": seen(op, bad, BAD),
        "2 retries": seen(op, fixed, FIXED),
    }
    assert example.scenario("fixed").keep("the two DAGs afterwards", result) == {
        "1 callback pauses": "run failed, tries 1, is_paused True",
        "2 retries": "run success, tries 2, is_paused False",
    }


def test_no_second_run_comes_and_the_log_has_no_cause(example, op):
    example.run("silence", logical_date=None)
    scheduler = Decisions()

    def runs() -> list[str]:
        found = op.get(f"{BAD}/dagRuns").json()["dag_runs"]
        return sorted(f"{run['run_type']} {run['state']}" for run in found)

    scheduler.decide()
    scheduler.decide()
    after = {"1 while the DAG is paused": runs()}
    ask = {"dag_id": STEM, "order_by": "-event_log_id"}
    rows = op.get("/api/v2/eventLogs", params=ask).json()["event_logs"]
    pause(op, False, BAD)
    scheduler.decide()
    after["2 after the unpause"] = runs()
    kept = example.scenario("silence")

    assert kept.keep("runs of the DAG", after) == {
        "1 while the DAG is paused": ["manual failed"],
        "2 after the unpause": ["manual failed", "scheduled running"],
    }
    shown = [f"{row['event']} by {row['owner']}" for row in rows]
    assert "503" not in str(rows)
    assert rows[1]["extra"] == '{"is_paused": true, "method": "PATCH"}'
    assert kept.keep("newest rows of the audit log", shown[:2]) == [
        "failed by airflow",
        "patch_dag by admin",
    ]


def retry_is_due() -> None:
    """Let the first try have ended a minute ago."""
    with create_session() as session:
        chosen = select(TaskInstance).where(TaskInstance.task_id == "extract")
        ti = session.scalars(chosen).one()
        assert ti.state == "up_for_retry"
        ti.end_date -= timedelta(minutes=1)


def test_pause_freezes_a_retry_until_the_unpause(example, op):
    scheduler = Decisions()
    pause(op, True, BAD)

    def state() -> str:
        rows = op.get(f"{FIXED}/dagRuns/~/taskInstances?task_id=extract").json()
        [extract] = rows["task_instances"]
        return extract["state"]

    scheduler.decide()  # creates today's run and queues extract
    scheduler.execute(example.sibling("fixed"))
    pause(op, True, FIXED)
    retry_is_due()
    scheduler.decide()
    scheduler.decide()
    states = {"1 paused, the retry is due": state()}
    pause(op, False, FIXED)
    scheduler.decide()
    states["2 after the unpause"] = state()
    scheduler.execute(example.sibling("fixed"))
    states["3 after the second try"] = state()

    assert example.scenario("retry-frozen").keep("state of extract", states) == {
        "1 paused, the retry is due": "up_for_retry",
        "2 after the unpause": "queued",
        "3 after the second try": "success",
    }
