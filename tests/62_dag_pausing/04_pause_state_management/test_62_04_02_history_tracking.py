"""Pauses of the audit log, copied once each into a table of our own."""

import sqlite3

import pytest

STEM = "62_04_02_history_tracking"
DAG = f"/api/v2/dags/{STEM}"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


def pause(client, flag: object = True):
    return client.patch(DAG, json={"is_paused": flag})


def stored(example) -> list[list]:
    """Return event, DAG and owner of each row of the table, oldest first."""
    with sqlite3.connect(example.scratch / f"{STEM}.db") as db:
        sql = "SELECT event, dag_id, owner FROM pause_history ORDER BY id"
        return [list(row) for row in db.execute(sql)]


def test_without_pauses_the_table_is_empty(example, op):
    run = example.run()

    assert (run.state, run.value("collect"), stored(example)) == ("success", 0, [])
    assert run.value("report") == {"last change": [], "by owner": []}


def test_pauses_of_three_sources_are_stored(example, op):
    pause(op).raise_for_status()
    query = {"dag_id_pattern": STEM}
    op.patch("/api/v2/dags", params=query, json={"is_paused": False})
    example.scenario("three sources").cli("dags", "pause", STEM, name="cli")
    run = example.run("three sources")

    kept = example.scenario("three sources")
    rows = stored(example)
    assert rows[:2] == [["patch_dag", STEM, "op"], ["patch_dags", None, "op"]]
    assert rows[2][:2] == ["cli_dag_pause", STEM]
    assert len(rows) == run.value("collect") == 3
    kept.keep("event and dag_id of the rows", [row[:2] for row in rows])


def test_a_second_run_adds_nothing_twice(example, op):
    pause(op).raise_for_status()
    assert example.run("first").value("collect") == 1
    again = example.run("again")
    assert (again.value("collect"), len(stored(example))) == (0, 1)
    pause(op, False).raise_for_status()
    later = example.run("later")
    assert later.value("collect") == 1
    assert later.value("report") == {
        "last change": [[STEM, "patch_dag", "op"]],
        "by owner": [["op", 2]],
    }


def test_a_wrong_body_is_stored_and_a_viewer_is_not(example, op):
    assert pause(op, "maybe").status_code == 422
    with example.api.client("viewer") as viewer:
        assert pause(viewer).status_code == 403
    example.run("refused")

    rows = stored(example)
    kept = example.scenario("refused")
    assert kept.keep("event, DAG and owner", rows) == [["patch_dag", STEM, "op"]]


def test_without_the_connection_nothing_is_read(example, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    run = example.run("no connection", logical_date=None)

    assert run.state == "success"
    assert run.states == {
        "connected": "success",
        "collect": "skipped",
        "report": "skipped",
    }
