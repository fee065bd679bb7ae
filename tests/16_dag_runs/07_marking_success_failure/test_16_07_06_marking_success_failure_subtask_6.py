"""What was set by hand, with a note and without, and what the log does not keep."""

import getpass
import json
from datetime import UTC, datetime

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dagbook.testing.child_runs import execute

BOOKS = "16_07_06_marking_success_failure_subtask_6__books"
DAG = f"/api/v2/dags/{BOOKS}"
RUNS = f"{DAG}/dagRuns"
FEE = "3 cents are a fee of the bank"
TWICE = "the books of may were begun twice"
NO_NOTE = "april close: cleared by user, without a note"


def books(example, client, *months) -> list[str]:
    """Ask for the runs of these months and execute them."""
    for month in months:
        body = {"dag_run_id": month, "logical_date": None}
        client.post(RUNS, json=body).raise_for_status()
    return [execute(example.sibling("books"), month) for month in months]


def by_hand(example) -> None:
    """Three people change a state each, and one of them does not say why."""
    books_of = example.sibling("books")
    with example.api.client("op") as op:
        assert books(example, op, "march", "april") == ["failed", "success"]
        body = {"new_state": "success", "note": FEE}
        path = f"{RUNS}/march/taskInstances/reconcile"
        op.patch(path, json=body).raise_for_status()
        assert execute(books_of, "march") == "success"
    with example.api.client("user") as user:
        body = {"dag_run_id": "april", "task_ids": ["close"], "dry_run": False}
        body["only_failed"] = False
        user.post(f"{DAG}/clearTaskInstances", json=body).raise_for_status()
        assert execute(books_of, "april") == "success"
    with example.api.client("admin") as admin:
        body = {"dag_run_id": "may", "logical_date": None}
        admin.post(RUNS, json=body).raise_for_status()
        body = {"state": "failed", "note": TWICE}
        admin.patch(f"{RUNS}/may", json=body).raise_for_status()


def change(where, before, to, by, note) -> dict:
    row = {"run": where.split()[0], "where": where, "from": before, "to": to}
    return row | {"by": by, "note": note}


def changes(note: str | None = None) -> list[dict]:
    return [
        change("march reconcile", "failed", "success", "op", FEE),
        change("april close", "success", "cleared", "user", note),
        change("may", None, "failed", "admin", TWICE),
    ]


def logged(example, **query) -> list[dict]:
    with example.api.client("admin") as admin:
        answer = admin.get("/api/v2/eventLogs", params=query)
    return answer.json()["event_logs"]


# --8<-- [start:three]
def test_one_of_three_changes_has_no_note(example):
    by_hand(example)
    run = example.run()

    assert run.value("read_log")["changes"] == changes()
    assert run.value("compare") == [NO_NOTE]
    assert run.task("report").error == f"AirflowFailException: {NO_NOTE}"
    assert run.state == "failed"
    # --8<-- [end:three]
    assert run.value("read_log")["last"] == {
        "march reconcile": "success",
        "march close": "success",
        "march done": "success",
        "april reconcile": "success",
        "april close": "success",
        "april done": "success",
        "may": "failed",
    }
    assert run.task("report").log == [
        f"INFO march reconcile: failed to success by op: {FEE}",
        "INFO april close: success to cleared by user: None",
        f"INFO may: None to failed by admin: {TWICE}",
    ]


# --8<-- [start:explained]
def test_a_note_may_be_written_afterwards(example):
    by_hand(example)
    with example.api.client("user") as user:
        note = {"note": "the closing was to be sent again"}
        user.patch(f"{RUNS}/april", json=note).raise_for_status()
    run = example.run("explained")

    assert run.value("read_log")["changes"] == changes(note["note"])
    assert run.value("compare") == []
    assert (run.state, run.value("report")) == ("success", 3)
    # --8<-- [end:explained]


# --8<-- [start:green]
def test_a_run_is_green_over_a_task_that_is_red(example):
    with example.api.client("op") as op:
        assert books(example, op, "march") == ["failed"]
        body = {"state": "success", "note": FEE}
        op.patch(f"{RUNS}/march", json=body).raise_for_status()
    run = example.run("green")

    assert run.value("read_log")["changes"] == [
        change("march", None, "success", "op", FEE)
    ]
    assert run.value("compare") == ["march: success, over a task that has failed"]
    # --8<-- [end:green]
    assert run.state == "failed"


# --8<-- [start:bulk]
def test_a_mark_in_bulk_is_not_in_the_log(example):
    entity = {"task_id": "reconcile", "map_index": -1, "new_state": "success"}
    body = {"actions": [{"action": "update", "entities": [entity | {"note": FEE}]}]}
    with example.api.client("op") as op:
        assert books(example, op, "march") == ["failed"]
        answer = op.patch(f"{RUNS}/march/taskInstances", json=body)
        assert answer.json()["update"]["errors"] == []
        assert execute(example.sibling("books"), "march") == "success"
    run = example.run("bulk")

    assert run.value("read_log")["changes"] == []
    assert run.value("read_log")["last"]["march reconcile"] == "failed"
    assert run.value("compare") == ["march reconcile: success, but the log says failed"]
    # --8<-- [end:bulk]
    assert run.state == "failed"


def test_a_neighbour_that_was_marked_along_has_no_entry_of_its_own(example):
    with example.api.client("op") as op:
        assert books(example, op, "march") == ["failed"]
        body = {"new_state": "success", "include_upstream": True, "note": FEE}
        path = f"{RUNS}/march/taskInstances/done"
        op.patch(path, json=body).raise_for_status()
    example.api.export("admin")
    read, compare = (
        example.dag.get_task(name).python_callable for name in ("read_log", "compare")
    )
    said = read({"dag_id": BOOKS})
    assert [one["where"] for one in said["changes"]] == ["march done"]
    assert compare(said, {"dag_id": BOOKS}) == [
        "march close: success, but the log says None",
        "march reconcile: success, but the log says failed",
        "march: failed, but the log says None",  # nothing was cleared in it
    ]


# --8<-- [start:refused]
def test_a_refused_mark_of_a_task_is_in_the_log(example):
    with example.api.client("op") as op:
        assert books(example, op, "april") == ["success"]
    with example.scenario("refused").http("viewer") as viewer:
        viewer.patch(f"{RUNS}/april", json={"state": "failed"})
        body = {"new_state": "failed"}
        viewer.patch(f"{RUNS}/april/taskInstances/close", json=body)
    run = example.run("refused")

    assert run.value("compare") == [
        "april close: failed by viewer, without a note",
        "april close: success, but the log says failed",
    ]
    with example.api.client("viewer") as viewer:
        row = viewer.get(f"{RUNS}/april/taskInstances/close").json()
    assert row["state"] == "success"
    # --8<-- [end:refused]
    statuses = [one["status"] for one in example.scenario("refused").exchanges]
    assert statuses == [403, 403]
    assert run.state == "failed"


# --8<-- [start:command]
def test_a_command_is_kept_with_the_user_of_the_machine(example):
    with example.api.client("op") as op:
        assert books(example, op, "april") == ["success"]
    kept = example.scenario("command")
    clear = ["tasks", "clear", BOOKS, "--task-regex", "close", "--yes"]
    assert kept.cli(*clear).returncode == 0
    (event,) = logged(example, event="cli_task_clear")
    kept.keep("owner", event["owner"])
    command = json.loads(event["extra"])["full_command"]
    _, _, words = command.partition(", ")  # behind the path of the program
    assert kept.keep("full_command", f"[{words}") == str(clear)
    (asked,) = example.module.asked(event)
    assert asked == {
        "run": "?",
        "where": "?",
        "to": "cleared",
        "by": getpass.getuser(),
        "note": None,
    }
    # --8<-- [end:command]


# --8<-- [start:all-dags]
def test_a_bulk_request_of_all_dags_is_in_no_list(example):
    row = {"dag_id": BOOKS, "dag_run_id": "may", "state": "failed"}
    body = {"actions": [{"action": "update", "entities": [row]}]}
    with example.api.client("op") as op:
        may = {"dag_run_id": "may", "logical_date": None}
        op.post(RUNS, json=may).raise_for_status()
        op.patch("/api/v2/dags/~/dagRuns", json=body).raise_for_status()
    (before,) = logged(example)  # the trigger
    after = f"/api/v2/eventLogs/{before['event_log_id'] + 1}"
    with example.api.client("admin") as admin:
        event = admin.get(after).json()
    shown = {field: event[field] for field in ("event", "dag_id", "run_id", "owner")}
    kept = example.scenario("all-dags")
    assert kept.keep("the event after the last one", shown) == {
        "event": "bulk_dag_runs",
        "dag_id": "~",
        "run_id": None,
        "owner": "op",
    }
    run = example.run("all-dags")
    assert run.value("compare") == ["may: failed, but the log says None"]
    # --8<-- [end:all-dags]
    assert run.value("read_log") == {"changes": [], "last": {}}
    assert run.state == "failed"


def test_only_a_clear_of_many_runs_logs_its_dry_run(example):
    with example.api.client("op") as op:
        assert books(example, op, "april") == ["success"]
        many = {"dag_runs": [{"dag_run_id": "april"}], "only_failed": False}
        for path in ("clearTaskInstances", "dagRuns/april/clear"):
            op.post(f"{DAG}/{path}", json={"dry_run": True}).raise_for_status()
        for more in ({"dry_run": True}, {}, {"dry_run": False, "note": "again"}):
            answer = op.post(f"{DAG}/clearDagRuns", json=many | more)
            answer.raise_for_status()
    events = logged(example, dag_id=BOOKS, event_pattern="clear")
    assert [event["event"] for event in events] == ["clear_dag_runs"] * 3
    found = [list(example.module.asked(event)) for event in events]
    assert found[:2] == [[], []]
    assert found[2] == [
        {
            "run": "april",
            "where": "april",
            "to": "cleared",
            "by": "op",
            "note": "again",
        }
    ]


def event(name, run=None, task=None, index=None, **extra) -> dict:
    row = {"event": name, "run_id": run, "task_id": task, "owner": "op"}
    text = json.dumps(extra) if extra else None
    return row | {"map_index": index, "extra": text}


def places(example, *given, **extra) -> list[tuple]:
    found = example.module.asked(event(*given, **extra))
    return [(one["where"], one["to"], one["note"]) for one in found]


def test_what_a_request_asks_for(example):
    mark = "patch_task_instance"
    assert places(example, mark, "r", "t", new_state="failed", map_index="2") == [
        ("r t[2]", "failed", None)
    ]
    group = {"group_id": "g", "new_state": "skipped", "note": "n"}
    name = "patch_task_group_instances"
    assert places(example, name, "r", **group) == [("r g", "skipped", "n")]
    assert places(example, "patch_dag_run", "r", note="n") == [("r", None, "n")]
    clear = {"task_ids": ["a", ["b", 1]], "note": "n", "dry_run": False}
    assert places(example, "post_clear_task_instances", "r", **clear) == [
        ("r a", "cleared", "n"),
        ("r b[1]", "cleared", "n"),
    ]
    for name in ("post_clear_task_instances", "clear_dag_run", "cli_dag_clear"):
        assert places(example, name, "r") == [("r", "cleared", None)]
    assert places(example, "clear_dag_runs", dry_run=False) == []
    actions = [
        {"action": "delete", "entities": ["x"]},
        {"action": "update", "entities": [{"dag_run_id": "a", "state": "success"}]},
        {"action": "update", "entities": [{"dag_run_id": "b", "note": "n"}]},
    ]
    assert places(example, "bulk_dag_runs", actions=actions) == [
        ("a", "success", None),
        ("b", None, "n"),
    ]


def test_a_note_explains_what_was_done_before_it_and_in_its_run_only(example):
    events = [
        event("running", "r", "t", -1),
        event("patch_task_instance", "r", "t", new_state="failed"),
        event("patch_task_instance", "s", "t", new_state="failed"),
        event("patch_dag_run", "s", state="failed", note="own"),
        event("patch_dag_run", "r", note="later"),
        event("patch_dag_run", "r", state="queued"),
        event("patch_dag_run", "r", state="success"),
        event("success", "r", "m", 3),
    ]
    found, last = example.module.history(events)
    rows = [(one["where"], one["from"], one["to"], one["note"]) for one in found]
    assert rows == [
        ("r t", "running", "failed", "later"),
        ("s t", None, "failed", None),
        ("s", None, "failed", "own"),
        ("r", None, "queued", None),
        ("r", "queued", "success", None),
    ]
    assert last == {
        "r t": "failed",
        "s t": "failed",
        "s": "failed",
        "r": "success",
        "r m[3]": "success",
    }


def test_what_is_in_doubt(example):
    def row(run, state, task="t", index=-1, operator="@task"):
        found = {"dag_run_id": run, "task_id": task, "map_index": index}
        return found | {"state": state, "operator": operator}

    runs = [
        {"dag_run_id": name, "state": state}
        for name, state in (
            ("a", "success"),
            ("b", "success"),
            ("c", "failed"),
            ("d", "failed"),
            ("e", "failed"),
            ("f", "running"),
        )
    ]
    tasks = [
        row("a", "upstream_failed"),
        row("b", "skipped"),
        row("c", "failed"),
        row("c", "success", "empty", operator="EmptyOperator"),
        row("c", "success", "m", 1),
        row("c", "success", "m", 2),
    ]
    last = {"c m[1]": "success", "e": "failed"}
    assert example.module.doubts([], last, runs, tasks) == [
        "a: success, over a task that has failed",
        "c m[2]: success, but the log says None",
        "d: failed, but the log says None",
    ]
    failed = [{"dag_run_id": "b", "state": "success"}], [row("b", "failed")]
    assert example.module.doubts([], {}, *failed) == [
        "b: success, over a task that has failed"
    ]


def test_the_api_is_read_to_its_last_page(example, monkeypatch):
    by_hand(example)
    monkeypatch.setattr(example.module, "PAGE", 3)
    example.api.export("admin")
    read, compare = (
        example.dag.get_task(name).python_callable for name in ("read_log", "compare")
    )
    params = {"dag_id": BOOKS}
    said = read(params)
    assert said["changes"] == changes()
    assert compare(said, params) == [NO_NOTE]
    with example.module.api() as client:
        assert client.timeout.read == 30
        path = f"/dags/{BOOKS}/dagRuns/~/taskInstances"
        rows = example.module.pages(client, path, "task_instances", order_by="id")
    assert len({row["id"] for row in rows}) == len(rows) == 9


def test_the_books(example):
    reconcile, close = (
        example.sibling("books").get_task(name).python_callable
        for name in ("reconcile", "close")
    )

    class Run:
        run_id = "april"

    assert reconcile(Run) == 860
    Run.run_id = "may"
    assert (reconcile(Run), close(Run)) == (640, "may is closed")
    Run.run_id = "march"
    with pytest.raises(AirflowFailException, match=r"^3 cents are not at the bank$"):
        reconcile(Run)
    place = example.module.place
    assert (place("r", "t"), place("r", "t", 0), place("r", None)) == (
        "r t",
        "r t[0]",
        "r",
    )


def test_the_dags(example):
    for dag in (example.dag, example.sibling("books")):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "read_log": {"compare", "report"},
        "compare": {"report"},
        "report": set(),
    }
    book = example.sibling("books")
    assert {t.task_id: t.downstream_task_ids for t in book.tasks} == {
        "reconcile": {"close"},
        "close": {"done"},
        "done": set(),
    }
    assert dict(example.dag.params) == {"dag_id": BOOKS}
    schema = example.dag.params.get_param("dag_id").schema
    assert schema == {"type": "string", "pattern": r"^[\w.-]+$"}
    module = example.module
    assert module.PAGE == 100
    assert module.CLEARS == [
        "post_clear_task_instances",
        "clear_dag_run",
        "clear_dag_runs",
    ]
    assert module.COMMANDS == ["cli_task_clear", "cli_dag_clear"]
    assert module.REPORTS == ["running", "success", "failed", "skipped"]
    assert module.MARKS == {
        "patch_task_instance": "new_state",
        "patch_task_group_instances": "new_state",
        "patch_dag_run": "state",
        "bulk_dag_runs": "state",
    }
