"""A failed check is marked as success: what goes on, what is missing, what stays."""

import pytest

from dagbook.testing.child_runs import execute

RUNS = "/api/v2/dags/16_07_01_marking_success_failure_subtask_1/dagRuns"
TOO_MUCH = "AirflowFailException: an order of 7 pieces"
NOT_CHECKED = "10 pieces, not checked"
NOTE = "SHOP-42: the order is right"


@pytest.fixture
def viewer(example):
    """Return a client whose questions are not recorded."""
    with example.api.client("viewer") as client:
        yield client


def begin(example) -> str:
    """Create a run that no scheduler has started, and return its path."""
    body = {"dag_run_id": "may-1", "logical_date": None}
    with example.api.client("op") as op:
        op.post(RUNS, json=body).raise_for_status()
    return f"{RUNS}/may-1"


def failed_run(example) -> str:
    path = begin(example)
    assert execute(example.dag, "may-1") == "failed"
    return path


def state(client, path: str) -> str:
    return client.get(path).raise_for_status().json()["state"]


def tasks(client, path: str) -> dict[str, tuple]:
    """State and try of each task."""
    rows = client.get(f"{path}/taskInstances").json()["task_instances"]
    return {row["task_id"]: (row["state"], row["try_number"]) for row in rows}


def xcom(client, path: str, task: str):
    """Return the result of a task, or the status of the answer if there is none."""
    answer = client.get(f"{path}/taskInstances/{task}/xcomEntries/return_value")
    return answer.json()["value"] if answer.is_success else answer.status_code


def test_a_failed_check_stops_the_report(example):
    run = example.run(logical_date=None)
    assert run.task("check").error == TOO_MUCH
    assert run.states == {
        "extract": "success",
        "check": "failed",
        "report": "upstream_failed",
    }
    assert run.state == "failed"


def test_the_mark_clears_downstream_and_queues_the_run(example, viewer):
    path = failed_run(example)
    kept = example.scenario("marked")
    check = f"{path}/taskInstances/check"
    body = {"new_state": "success", "note": NOTE}
    with kept.http("op", keep=["total_entries"]) as op:
        answer = op.patch(check, json=body, extensions={"name": "mark"})
        marked, queued = tasks(viewer, path), state(viewer, path)
        tries = viewer.get(f"{check}/tries").json()["task_instances"]
        ended = execute(example.dag, "may-1")

    assert answer.status_code == 200
    assert marked == {
        "extract": ("success", 1),
        "check": ("success", 1),
        "report": (None, 0),
    }
    assert (queued, ended) == ("queued", "success")
    assert xcom(viewer, path, "check") == 404
    assert xcom(viewer, path, "report") == NOT_CHECKED
    assert tasks(viewer, path)["report"] == ("success", 1)
    ends = {f"try {one['try_number']}": one["state"] for one in tries}
    assert kept.keep("tries of check after the mark", ends) == {"try 1": "success"}
    kept.keep("state of the run", ["failed", queued, ended])
    kept.keep("report after the mark", xcom(viewer, path, "report"))


def test_a_second_mark_is_refused_and_its_note_is_lost(example, viewer):
    path = failed_run(example)
    check = f"{path}/taskInstances/check"
    with example.scenario("twice").http("op", keep=["detail"]) as op:
        op.patch(check, json={"new_state": "success"}).raise_for_status()
        again = {"new_state": "success", "note": NOTE}
        answer = op.patch(check, json=again, extensions={"name": "again"})
        assert viewer.get(check).json()["note"] is None
        op.patch(check, json={"note": NOTE}, extensions={"name": "note"})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "Task id check is already in success state",
    )
    assert viewer.get(check).json()["note"] == NOTE


def test_a_task_that_is_marked_in_advance_never_runs(example, viewer):
    path = begin(example)
    kept = example.scenario("in-advance")
    with kept.http("op", keep=["total_entries"]) as op:
        body = {"new_state": "success"}
        op.patch(f"{path}/taskInstances/check", json=body).raise_for_status()
    assert state(viewer, path) == "queued"
    assert execute(example.dag, "may-1") == "success"

    ends = tasks(viewer, path)
    assert ends == {
        "extract": ("success", 1),
        "check": ("success", 0),
        "report": ("success", 1),
    }
    assert xcom(viewer, path, "report") == NOT_CHECKED
    shown = {task: f"{end}, tries: {tries}" for task, (end, tries) in ends.items()}
    kept.keep("each task of a run with check marked in advance", shown)


def test_a_mark_that_clears_nothing_leaves_the_run_failed(example, viewer):
    path = failed_run(example)
    kept = example.scenario("last-task")
    with kept.http("op", keep=["state"]) as op:
        for task in ("report", "check"):  # the last one first
            body = {"new_state": "success"}
            op.patch(f"{path}/taskInstances/{task}", json=body).raise_for_status()
        ends, run = tasks(viewer, path), state(viewer, path)
        op.patch(path, json={"state": "queued"}, extensions={"name": "queue"})
        ended = execute(example.dag, "may-1")

    assert {end for end, _ in ends.values()} == {"success"}
    assert (run, ended) == ("failed", "success")
    assert tasks(viewer, path) == ends  # no task ran
    assert xcom(viewer, path, "report") == 404
    told = {"all tasks": "success", "run": run, "run after queued": ended}
    kept.keep("states after report and check were marked", told)


def test_marking_as_failed_clears_what_had_failed_downstream(example, viewer):
    path = failed_run(example)
    with example.api.client("op") as op:
        body = {"new_state": "failed"}
        op.patch(f"{path}/taskInstances/extract", json=body).raise_for_status()
    assert tasks(viewer, path) == {
        "extract": ("failed", 1),
        "check": (None, 1),
        "report": (None, 0),
    }
    assert state(viewer, path) == "queued"


def test_dag_test_marks_by_a_pattern(example):
    run = example.run("pattern", logical_date=None, mark_success="check")
    assert run.task("check").xcoms == {}
    assert run.value("report") == NOT_CHECKED
    assert run.state == "success"
