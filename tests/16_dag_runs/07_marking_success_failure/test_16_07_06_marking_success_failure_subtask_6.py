"""Who marked or cleared: the rows of the audit log, and the changes without a row."""

import getpass
import json

import pytest

from dagbook.testing.child_runs import execute

STEM = "16_07_06_marking_success_failure_subtask_6"
DAG = f"/api/v2/dags/{STEM}"
RUN = f"{DAG}/dagRuns/may-1"
LOAD = f"{RUN}/taskInstances/load"
SUCCESS = {"new_state": "success", "note": "SHOP-42"}
BY_HAND = ["patch_task_instance", "patch_dag_run", "post_clear_task_instances"]


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def begin(op, run_id: str = "may-1", date: str | None = None) -> None:
    body = {"dag_run_id": run_id, "logical_date": date}
    op.post(f"{DAG}/dagRuns", json=body).raise_for_status()


def failed(example, op) -> None:
    """Leave a run behind whose load has failed."""
    begin(op)
    assert execute(example.dag, "may-1") == "failed"


def rows(op, *fields: str, **query) -> list[tuple]:
    """Fields of rows of the audit log, oldest first."""
    query = {"dag_id": STEM, "order_by": "event_log_id"} | query
    found = op.get("/api/v2/eventLogs", params=query).raise_for_status().json()
    return [tuple(row[field] for field in fields) for row in found["event_logs"]]


def test_the_load_fails(example):
    run = example.run(logical_date=None)
    assert run.task("load").error == (
        "AirflowFailException: the total of 2 orders is missing"
    )
    assert run.state == "failed"


def test_three_people_change_one_run(example, op):
    failed(example, op)
    op.patch(LOAD, json=SUCCESS).raise_for_status()
    assert execute(example.dag, "may-1") == "success"
    with example.api.client("user") as user:
        body = {"dag_run_id": "may-1", "task_ids": ["report"], "only_failed": False}
        clear = f"{DAG}/clearTaskInstances"
        user.post(clear, json=body).raise_for_status()  # a dry run
        user.post(clear, json=body | {"dry_run": False}).raise_for_status()
    with example.api.client("admin") as admin:
        admin.patch(RUN, json={"state": "failed"}).raise_for_status()

    kept = example.scenario("three-changes")
    query = {"dag_id": STEM, "run_id": "may-1", "order_by": "when"}
    with kept.http("op", keep=["total_entries"]) as sent:
        query["included_events"] = BY_HAND
        extensions = {"name": "log"}
        sent.get("/api/v2/eventLogs", params=query, extensions=extensions)
    fields = ("event", "task_id", "owner", "extra")
    found = rows(op, *fields, run_id="may-1", included_events=BY_HAND)
    assert [row[:3] for row in found] == [
        ("patch_task_instance", "load", "op"),
        ("post_clear_task_instances", None, "user"),
        ("patch_dag_run", None, "admin"),
    ]
    extras = [json.loads(row[3]) for row in found]
    assert extras[0] == SUCCESS | {"method": "PATCH"}
    assert (extras[1]["task_ids"], extras[1]["dry_run"]) == (["report"], False)
    assert extras[2] == {"state": "failed", "method": "PATCH"}
    kept.keep("first row", dict(zip(fields, found[0], strict=True)))
    short = [f"{row[0]} by {row[2]}" for row in found]
    kept.keep("rows of the run", short)

    events = rows(op, "event", run_id="may-1", task_id="load")
    own = [event for (event,) in events]
    assert own == ["running", "failed", "patch_task_instance"]
    kept.keep("rows of load, oldest first", own)
    reported = rows(op, "event", run_id="may-1", task_id="report")
    assert [event for (event,) in reported] == ["running", "success"]


def test_changes_without_a_row_of_their_own(example, op):
    failed(example, op)
    kept, before = example.scenario("gaps"), len(rows(op, "event"))
    entity = {"task_id": "load", "map_index": -1, **SUCCESS}
    update = {"action": "update", "entities": [entity]}
    with kept.http("op", keep=["update"]) as sent:
        answer = sent.patch(
            f"{RUN}/taskInstances",
            json={"actions": [update]},
            extensions={"name": "bulk"},
        )
    assert answer.json()["update"]["errors"] == []
    assert op.get(LOAD).json()["state"] == "success"
    assert len(rows(op, "event")) == before  # no row of a bulk mark
    for day in (2, 3):
        begin(op, f"may-{day}", f"2026-05-0{day}T00:00:00Z")
    body = {"new_state": "success", "include_future": True}
    second = f"{DAG}/dagRuns/may-2/taskInstances/load"
    op.patch(second, json=body).raise_for_status()
    assert op.get(second.replace("may-2", "may-3")).json()["state"] == "success"
    (row,) = rows(op, "run_id", "extra", included_events=BY_HAND)
    assert row[0] == "may-2"
    assert json.loads(row[1])["include_future"] is True

    run = {"dag_id": STEM, "dag_run_id": "may-3", "state": "failed"}
    actions = {"actions": [{"action": "update", "entities": [run]}]}
    last = op.get("/api/v2/eventLogs?order_by=-event_log_id").json()["event_logs"][0]
    op.patch("/api/v2/dags/~/dagRuns", json=actions).raise_for_status()
    listed = op.get("/api/v2/eventLogs?order_by=-event_log_id").json()["event_logs"][0]
    assert listed == last  # the row of all DAGs is in no list
    one = op.get(f"/api/v2/eventLogs/{last['event_log_id'] + 1}").json()
    assert (one["event"], one["dag_id"], one["run_id"]) == ("bulk_dag_runs", "~", None)
    shown = {
        "bulk mark of tasks": "no row",
        "later run of include_future": "row of the first run only",
        "bulk mark of runs of all DAGs": "row of the DAG ~, in no list",
    }
    kept.keep("changes and their rows", shown)


def test_a_command_names_the_user_of_the_machine_and_no_run(example, op):
    failed(example, op)
    kept = example.scenario("command")
    words = ["tasks", "clear", STEM, "--task-regex", "load", "--yes"]
    assert kept.cli(*words, name="clear").returncode == 0
    ((owner, run_id, extra),) = rows(
        op, "owner", "run_id", "extra", event="cli_task_clear"
    )
    assert (owner, run_id) == (getpass.getuser(), None)
    assert "--task-regex" in json.loads(extra)["full_command"]


def test_a_refused_mark_of_a_task_leaves_a_row(example, op):
    failed(example, op)
    seen, before = {}, op.get(LOAD).json()["state"]
    kept = example.scenario("refused")
    with kept.http("viewer", keep=["detail"]) as viewer:
        for name, path, body in (
            ("mark of a task", LOAD, SUCCESS),
            ("mark of a run", RUN, {"state": "success"}),
        ):
            assert viewer.patch(path, json=body).status_code == 403
            seen[name] = rows(op, "event", "owner", included_events=BY_HAND)[
                len(seen) :
            ]
        viewer.get(LOAD).raise_for_status()
    assert seen == {
        "mark of a task": [("patch_task_instance", "viewer")],
        "mark of a run": [],
    }
    assert rows(op, "event", user="viewer", owner="viewer") == [
        ("patch_task_instance",)
    ]
    assert op.get(LOAD).json()["state"] == before == "failed"
    shown = {"mark of a task": "403, one row", "mark of a run": "403, no row"}
    kept.keep("rows of the viewer's requests", shown)


def test_two_clears_log_their_dry_run(example, op):
    failed(example, op)
    for path, body in {
        f"{DAG}/clearDagRuns": {"dag_runs": [{"dag_run_id": "may-1"}]},
        f"{DAG}/clearPartitions": {"partition_key": "north"},
        f"{DAG}/clearTaskInstances": {"dag_run_id": "may-1"},
        f"{RUN}/clear": {},
    }.items():
        op.post(path, json=body | {"dry_run": True}).raise_for_status()
    found = rows(op, "event", event_pattern="clear")
    assert found == [("clear_dag_runs",), ("clear_dag_run_partitions",)]
