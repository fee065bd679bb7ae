"""A paused DAG says nothing; the list of DAGs and the audit log find it."""

from datetime import UTC, datetime

import pytest
from airflow.models.dag import DagModel
from airflow.models.log import Log
from airflow.utils.session import create_session
from sqlalchemy import update

from dagbook.testing.scheduler import Decisions

STEM = "62_06_01_forgotten_paused"
DAGS = "/api/v2/dags"
FEBRUARY = datetime(2026, 2, 1, 9, tzinfo=UTC)


@pytest.fixture
def op(example):
    """Return a client of the administrator; the audit itself is not paused."""
    assert example.dags
    with example.api.client("admin") as client:
        pause(client, False, f"{STEM}__fixed")
        yield client


def pause(client, paused: bool, dag_id: str = STEM) -> None:
    answer = client.patch(f"{DAGS}/{dag_id}", json={"is_paused": paused})
    answer.raise_for_status()


def paused_on(op, day: datetime) -> None:
    """Pause the DAG, and let the audit log have it on another day."""
    pause(op, True)
    with create_session() as session:
        session.execute(update(Log).where(Log.event == "patch_dag").values(dttm=day))


def test_first_run_after_three_months_fails_with_our_own_text(example):
    run = example.run(logical_date=None)

    assert run.states == {"extract": "failed", "load": "upstream_failed"}
    assert run.task("extract").error == (
        "AirflowFailException: vendor_file is of 2026-02-01"
    )
    assert run.state == "failed"


def test_scheduler_creates_no_run_while_the_dag_is_paused(example, op):
    def runs() -> dict[str, int]:
        found = op.get(f"{DAGS}/{STEM}/dagRuns").json()["dag_runs"]
        failed = [run for run in found if run["state"] == "failed"]
        return {"runs": len(found), "failed runs": len(failed)}

    pause(op, True)
    scheduler = Decisions()
    scheduler.decide()
    scheduler.decide()
    seen = {"1 DAG is paused": runs()}
    pause(op, False)
    scheduler.decide()
    seen["2 DAG is unpaused"] = runs()

    assert example.scenario("silent").keep("runs", seen) == {
        "1 DAG is paused": {"runs": 0, "failed runs": 0},
        "2 DAG is unpaused": {"runs": 1, "failed runs": 0},
    }


def test_audit_names_the_dag_and_who_paused_it(example, op):
    paused_on(op, FEBRUARY)
    kept = example.scenario("audit")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        ask = {"paused": True, "limit": 100}
        viewer.get(DAGS, params=ask, extensions={"name": "list"})
    run = example.run("audit", role="fixed")

    assert kept.exchanges[-1]["response"] == {"total_entries": 1}
    assert run.value("report") == [
        {"dag_id": STEM, "since": "2026-02-01T09:00:00Z", "by": "admin"}
    ]
    assert run.task("report").log == [f"WARNING forgotten: ['{STEM}']"]


def test_pause_of_eleven_days_is_too_young(example, op):
    paused_on(op, datetime(2026, 4, 20, tzinfo=UTC))
    run = example.run("too-young", role="fixed")

    assert [one["dag_id"] for one in run.value("find_paused")] == [STEM]
    assert run.value("report") == []
    conf = {"older_than_days": 11}
    again = example.run("eleven-days", role="fixed", conf=conf)
    assert [one["dag_id"] for one in again.value("report")] == [STEM]


def test_paused_at_creation_has_no_row(example, op):
    run = example.run("never-toggled", role="fixed")

    assert run.value("report") == [{"dag_id": STEM, "since": None, "by": None}]


def test_bulk_pause_has_a_row_without_dag_id(example, op):
    pause(op, False)
    ask = {"dag_id_pattern": STEM}
    op.patch(DAGS, params=ask, json={"is_paused": True}).raise_for_status()
    pause(op, False, f"{STEM}__fixed")
    kept = example.scenario("bulk")
    with kept.http("viewer", keep=["event_logs"]) as viewer:
        ask = {"event": "patch_dags"}
        rows = viewer.get("/api/v2/eventLogs", params=ask).json()["event_logs"]
    run = example.run("bulk", role="fixed")
    shown = [[row["event"], row["dag_id"], row["owner"]] for row in rows]

    assert run.value("report") == [{"dag_id": STEM, "since": None, "by": None}]
    assert kept.keep("event, dag_id and owner", shown) == [
        ["patch_dags", None, "admin"]
    ]


def test_stale_dag_is_not_listed(example, op):
    def total(**more) -> int:
        return op.get(DAGS, params={"paused": True, **more}).json()["total_entries"]

    pause(op, True)
    with create_session() as session:
        chosen = update(DagModel).where(DagModel.dag_id == STEM)
        session.execute(chosen.values(is_stale=True))  # its file is gone
    assert example.scenario("stale").keep(
        "paused DAGs listed",
        {"default": total(), "exclude_stale=false": total(exclude_stale=False)},
    ) == {"default": 0, "exclude_stale=false": 1}
