"""A task writes the note of its run, and no missing note makes the run fail."""

import json

import pytest

from dagbook.testing.child_runs import execute

RUNS = "/api/v2/dags/16_11_04_dag_run_notes_subtask_4/dagRuns"
CONNECTION = "AIRFLOW_CONN_AIRFLOW_API"
LOADED = "loaded: A-1, A-2, A-3"
NO_CONNECTION = "WARNING no note: The conn_id `airflow_api` isn't defined"
NO_SERVER = "WARNING no note: [Errno 111] Connection refused"


def test_without_the_connection_the_run_succeeds_with_a_warning(example, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    run = example.run(logical_date=None)

    assert (run.state, run.note) == ("success", None)
    assert run.log == [NO_CONNECTION]


def test_the_task_writes_the_note_of_its_run(example):
    assert example.api
    run = example.run("noted", logical_date=None)

    assert "+" in run.run_id
    assert run.log == []
    assert example.scenario("noted").keep("note of the run", run.note) == LOADED


def end(example, role: str) -> tuple[str, str, str]:
    """Run a run that has a note; return its state and the notes before and after."""
    with example.api.client("user") as client:
        body = {"dag_run_id": "noted", "logical_date": None, "note": "for SHOP-12"}
        before = client.post(RUNS, json=body).json()["note"]
        example.server.export(role)
        state = execute(example.dag, "noted")
        return state, before, client.get(f"{RUNS}/noted").json()["note"]


def test_the_note_replaces_what_stood_there(example):
    _, before, after = end(example, "user")

    seen = {"1 before": before, "2 after": after}
    assert example.scenario("replaced").keep("note of the run", seen) == {
        "1 before": "for SHOP-12",
        "2 after": LOADED,
    }


@pytest.mark.parametrize(
    ("role", "note"), [("user", LOADED), ("viewer", "for SHOP-12")]
)
def test_the_role_user_may_write_a_note_and_viewer_may_not(example, role, note):
    state, _, after = end(example, role)

    assert (state, after) == ("success", note)


def test_a_long_note_is_cut(example):
    with example.api.client("user") as client:
        body = {"dag_run_id": "long", "logical_date": None}
        body["conf"] = {"orders": [f"A-{number}" for number in range(300)]}
        client.post(RUNS, json=body).raise_for_status()
        execute(example.dag, "long")
        assert len(client.get(f"{RUNS}/long").json()["note"]) == 1000


def test_when_no_server_answers_the_run_succeeds_with_a_warning(example):
    connection = json.loads(example.api.connection()) | {"port": 9}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CONNECTION, json.dumps(connection))
        run = example.run("api-down", logical_date=None)

    assert (run.state, run.note) == ("success", None)
    assert run.log == [NO_SERVER]
