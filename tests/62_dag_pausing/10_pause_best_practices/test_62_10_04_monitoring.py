"""A watcher that lists paused DAGs with a tag, and what the API says of pauses."""

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "62_10_04_monitoring"
SALES = f"{STEM}__sales"
DAGS = "/api/v2/dags"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


def pause(op, dag_id: str, paused: bool) -> None:
    op.patch(f"{DAGS}/{dag_id}", json={"is_paused": paused}).raise_for_status()


def test_an_active_dag_is_no_alert(example, op):
    pause(op, SALES, False)
    run = example.run()

    assert (run.state, run.value("look"), run.value("alert")) == ("success", [], 0)
    assert run.task("alert").log == []


def test_a_paused_critical_dag_is_one_warning(example, op):
    pause(op, SALES, True)
    run = example.run("paused")

    assert run.value("look") == [SALES]
    assert run.task("alert").log == [f"WARNING {SALES} is critical and paused"]


def test_a_paused_dag_without_the_tag_is_no_alert(example, op):
    pause(op, SALES, False)
    pause(op, STEM, True)
    assert op.get(DAGS, params={"paused": True}).json()["total_entries"] == 1
    run = example.run("untagged")

    assert run.value("look") == []


def test_without_the_connection_nothing_is_asked(example, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    run = example.run("no connection", logical_date=None)

    assert run.state == "success"
    assert run.states == {
        "connected": "success",
        "look": "skipped",
        "alert": "skipped",
    }


def test_the_last_row_of_the_audit_log_says_since_when(example, op):
    pause(op, SALES, True)
    kept = example.scenario("since")
    query = {"dag_id": SALES, "event": "patch_dag", "order_by": "-when", "limit": 1}
    with kept.http("op", keep=["event", "owner", "extra"]) as client:
        ext = {"name": "since"}
        answer = client.get("/api/v2/eventLogs", params=query, extensions=ext)
    [row] = answer.json()["event_logs"]
    assert (row["owner"], row["when"][:2]) == ("op", "20")


def test_four_numbers_for_a_dashboard(example, op):
    pause(op, SALES, True)
    pause(op, STEM, False)
    body = {"dag_run_id": "frozen", "logical_date": None}
    op.post(f"{DAGS}/{STEM}/dagRuns", json=body).raise_for_status()
    Decisions().decide()
    pause(op, STEM, True)
    filters = {
        "1 paused=true": {"paused": True},
        "2 paused=true&tags=critical": {"paused": True, "tags": "critical"},
        "3 paused=true&dag_run_state=running": {
            "paused": True,
            "dag_run_state": "running",
        },
        "4 paused=false": {"paused": False},
    }
    found = {
        name: op.get(DAGS, params=query).json()["total_entries"]
        for name, query in filters.items()
    }
    assert example.scenario("dashboard").keep("total_entries by filter", found) == {
        "1 paused=true": 2,
        "2 paused=true&tags=critical": 1,
        "3 paused=true&dag_run_state=running": 1,
        "4 paused=false": 0,
    }
