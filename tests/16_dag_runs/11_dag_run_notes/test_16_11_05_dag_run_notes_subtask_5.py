"""The note of a failed run: one line for each task that failed for good."""

from dagbook.testing.child_runs import execute

RUNS = "/api/v2/dags/16_11_05_dag_run_notes_subtask_5/dagRuns"
TWO = {"regions": ["north", "south", "west"]}
STATES = {
    "extract": "success",
    "load[0]": "success",
    "load[1]": "failed",
    "load[2]": "failed",
    "report": "upstream_failed",
}


def test_a_plain_trigger_succeeds_without_a_note(example):
    assert example.api
    run = example.run(logical_date=None)

    assert (run.state, run.note, run.value("report")) == ("success", None, 110)


def test_a_failed_task_adds_a_line_after_its_last_try(example):
    assert example.api
    run = example.run("failed", logical_date=None, conf={"regions": ["north", "south"]})

    assert run.states["load[1]"] == "failed"
    assert len(run.task("load", 1).tries) == 2
    assert example.scenario("failed").keep("note of the run", run.note) == (
        "load[1]: no prices for south"
    )


def end(example, **body) -> tuple[str, str]:
    """Run a run that the API has made, and return its state and its note."""
    with example.api.client("user") as client:
        body = {"dag_run_id": "noted", "logical_date": None} | body
        client.post(RUNS, json=body).raise_for_status()
        state = execute(example.dag, "noted")
        return state, client.get(f"{RUNS}/noted").json()["note"]


def test_each_failed_task_has_a_line_below_the_old_note(example):
    state, note = end(example, conf=TWO, note="for SHOP-12")

    first, *lines = note.splitlines()
    shown = [first, *sorted(lines)]  # they failed in one order or the other
    assert example.scenario("two-failures").keep("note of the run", shown) == [
        "for SHOP-12",
        "load[1]: no prices for south",
        "load[2]: no prices for west",
    ]
    assert state == "failed"


def test_a_long_note_is_cut(example):
    _, note = end(example, conf={"regions": ["x" * 600, "y" * 600]})

    assert len(note) == 1000


def test_a_callback_that_raises_changes_no_state(example, capfd, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    run = example.run("no-connection", logical_date=None, conf=TWO)

    assert (run.states, run.note) == (STATES, None)
    assert run.task("load", 1).error == "ValueError: no prices for south"
    assert "The conn_id `airflow_api` isn't defined" in capfd.readouterr().out


def test_a_task_that_is_marked_failed_calls_no_callback(example):
    run_path = f"{RUNS}/marked"
    with example.api.client("user") as client:
        body = {"dag_run_id": "marked", "logical_date": None}
        client.post(RUNS, json=body).raise_for_status()
        mark = {"new_state": "failed"}
        client.patch(f"{run_path}/taskInstances/extract", json=mark).raise_for_status()
        ended = execute(example.dag, "marked")
        note = client.get(run_path).json()["note"]

    assert (ended, note) == ("failed", None)
