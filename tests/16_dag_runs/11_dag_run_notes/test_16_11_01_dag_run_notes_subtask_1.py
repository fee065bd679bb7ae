"""A note is written with the trigger, changed, removed, and refused."""

from airflow.cli.cli_config import DAGS_COMMANDS, TASKS_COMMANDS
from airflow.listeners import hookimpl
from airflow.listeners.listener import get_listener_manager

from dagbook.testing.child_runs import execute

RUNS = "/api/v2/dags/16_11_01_dag_run_notes_subtask_1/dagRuns"
RUN = f"{RUNS}/SHOP-12"


def place(client, run_id: str = "SHOP-12", note: str = "before") -> None:
    body = {"dag_run_id": run_id, "logical_date": None, "note": note}
    client.post(RUNS, json=body).raise_for_status()


def test_a_plain_trigger_has_no_note(example):
    run = example.run(logical_date=None)

    assert (run.state, run.note) == ("success", None)
    assert run.value("report") == "total: 50, note: None"


def test_a_note_is_added_changed_and_removed(example):
    kept = example.scenario("notes")
    with kept.http("user", keep=["note"]) as client:
        body = {"dag_run_id": "SHOP-12", "logical_date": None}
        body["note"] = "asked for by SHOP-12"
        first = client.post(RUNS, json=body, extensions={"name": "trigger"})
        read = client.get(RUN, extensions={"name": "read"})
        change = {"note": "checked, prices are right"}
        second = client.patch(RUN, json=change, extensions={"name": "change"})
        third = client.patch(RUN, json={"note": ""}, extensions={"name": "remove"})
        client.patch(RUN, json={"note": "again"})
        null = client.patch(RUN, json={"note": None})

    answers = [first, read, second, third, null]
    assert [one.json()["note"] for one in answers] == [
        "asked for by SHOP-12",
        "asked for by SHOP-12",
        "checked, prices are right",
        None,
        None,
    ]


def test_a_task_does_not_see_the_note_of_its_run(example):
    with example.api.client("user") as client:
        place(client)
        assert execute(example.dag, "SHOP-12") == "success"
        report = client.get(f"{RUN}/taskInstances/report/xcomEntries/return_value")
        note = client.get(RUN).json()["note"]
        late = client.patch(RUN, json={"note": "after the end"}).json()

    assert (late["state"], late["note"]) == ("success", "after the end")
    seen = {"note of the run": note, "report returned": report.json()["value"]}
    assert example.scenario("notes-in-tasks").keep("seen", seen) == {
        "note of the run": "before",
        "report returned": "total: 50, note: None",
    }


def test_refused_and_partial_requests(example):
    answers = {}
    with example.api.client("user") as user, example.api.client("viewer") as viewer:
        place(user)

        def ask(case, client, body, query=""):
            answer = client.patch(RUN + query, json=body)
            told = answer.json().get("detail")
            told = told[0]["msg"] if isinstance(told, list) else told
            answers[case] = f"{answer.status_code} {told or answer.json()['note']}"
            return answer.json()

        ask("1 note of 1001 characters", user, {"note": "x" * 1001})
        ask("2 notes instead of note", user, {"notes": "checked"})
        ask("3 as viewer", viewer, {"note": "checked"})
        both = {"note": "stopped by hand", "state": "failed"}
        masked = ask("4 update_mask=state", user, both, "?update_mask=state")
        unmasked = ask("5 without the mask", user, both)
        assert viewer.get(RUN).json()["note"] == "stopped by hand"

    assert (masked["state"], unmasked["state"]) == ("failed", "failed")
    assert example.scenario("refused").keep("answers", answers) == {
        "1 note of 1001 characters": "422 String should have at most 1000 characters",
        "2 notes instead of note": "422 Extra inputs are not permitted",
        "3 as viewer": "403 Forbidden",
        "4 update_mask=state": "200 before",
        "5 without the mask": "200 stopped by hand",
    }


def test_the_trigger_does_not_check_the_length(example):
    with example.api.client("user") as client:
        place(client, note="x" * 1001)
        assert len(client.get(RUN).json()["note"]) == 1001  # on SQLite


class Heard:
    note = ""

    @hookimpl
    def on_dag_run_failed(self, dag_run, msg):
        self.note = dag_run.note


def test_a_listener_sees_the_note_that_came_with_the_state(example):
    heard = Heard()
    get_listener_manager().add_listener(heard)
    try:
        with example.api.client("user") as client:
            place(client)
            body = {"state": "failed", "note": "stopped by hand"}
            client.patch(RUN, json=body).raise_for_status()
    finally:
        get_listener_manager().pm.unregister(heard)

    assert heard.note == "stopped by hand"


def test_no_command_of_the_cli_takes_a_note(example):
    commands = [*DAGS_COMMANDS, *TASKS_COMMANDS]
    names = {one.name for one in commands}
    flags = [flag for one in commands for arg in one.args for flag in arg.flags]

    assert {"trigger", "clear"} <= names
    assert "--conf" in flags
    assert not [flag for flag in flags if "note" in flag]
