"""A run is marked: what its tasks become, who decides its end, what is refused."""

from contextlib import contextmanager
from urllib.parse import quote

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.log_trigger import when_logged

STEM = "16_07_03_marking_success_failure_subtask_3"
NOTE = "SHOP-42"
AFTER = {"extract": "success", "load": "failed", "report": "skipped"}


def runs(role: str = "") -> str:
    return f"/api/v2/dags/{STEM}{role and '__' + role}/dagRuns"


@pytest.fixture
def viewer(example):
    """Return a client whose questions are not recorded."""
    with example.api.client("viewer") as client:
        yield client


def begin(example, run_id: str, role: str = "") -> str:
    """Create a run of a paused DAG, and return its path."""
    with example.api.client("op") as op:
        body = {"dag_run_id": run_id, "logical_date": None}
        op.post(runs(role), json=body).raise_for_status()
    return f"{runs(role)}/{run_id}"


def state(client, path: str) -> str | None:
    return client.get(path).raise_for_status().json()["state"]


def tasks(client, path: str) -> dict[str, str | None]:
    rows = client.get(f"{path}/taskInstances").raise_for_status().json()
    return {row["task_id"]: row["state"] for row in rows["task_instances"]}


def put(run_id: str, task_id: str, task_state: str, **where) -> None:
    """Give a task a state that it has on a scheduler only for a moment."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import update

    rows = update(TaskInstance).filter_by(run_id=run_id, task_id=task_id, **where)
    with create_session() as session:
        session.execute(rows.values(state=task_state))


@contextmanager
def marked_at_work(example):
    """Mark the run with a teardown while its load is at work; yield what is seen."""
    seen: dict = {}

    def mark() -> None:
        with example.api.client("op") as op:
            (run,) = op.get(runs("teardown")).json()["dag_runs"]
            seen["path"] = f"{runs('teardown')}/{quote(run['dag_run_id'])}"
            answer = op.patch(seen["path"], json={"state": "failed"})
            seen["answer"] = answer.json()["state"]
            seen["tasks"] = tasks(op, seen["path"])

    assert example.api.url
    with when_logged(example, "loading", mark):
        yield seen


def test_the_run_fails_by_itself(example):
    run = example.run(logical_date=None)
    assert run.task("load").error.endswith("the stock has no such article")
    assert run.states == AFTER | {"report": "upstream_failed"}
    assert run.state == "failed"


def test_a_mark_fails_the_running_task_and_skips_the_rest(example, viewer):
    path = begin(example, "may-1")
    put("may-1", "extract", "success")
    put("may-1", "load", "running")
    kept = example.scenario("marked")
    with kept.http("op", keep=["state"]) as op:
        body = {"state": "failed", "note": NOTE}
        answer = op.patch(path, json=body, extensions={"name": "mark"})
    assert answer.json()["state"] == state(viewer, path) == "failed"
    assert tasks(viewer, path) == AFTER
    assert viewer.get(path).json()["note"] == NOTE
    kept.keep("each task after the mark", AFTER)


def test_what_becomes_of_each_state(example, viewer):
    waits = ["scheduled", "queued", "up_for_retry", "restarting"]
    works = ["running", "deferred", "up_for_reschedule", "awaiting_input"]
    becomes = {}
    for before in [*works, *waits, "removed", "upstream_failed"]:
        path = begin(example, f"with-{before}")
        put(f"with-{before}", "load", before)
        with example.api.client("op") as op:
            op.patch(path, json={"state": "failed"}).raise_for_status()
        assert state(viewer, path) == "failed"
        becomes[before] = tasks(viewer, path)["load"]
    assert becomes == {
        **dict.fromkeys(works, "failed"),
        **dict.fromkeys(waits, "skipped"),
        "removed": "removed",
        "upstream_failed": "upstream_failed",
    }
    lists = {"1 failed": works, "2 skipped": ["no state", *waits]}
    example.scenario("each-state").keep("states that become failed or skipped", lists)


def test_a_mark_changes_all_instances_of_a_mapped_task_at_work(example, viewer):
    text, file = example.paths.dag.read_text(), example.scratch / f"{STEM}.py"
    file.write_text(text.replace("load(extract())", "load.expand(orders=[[1]] * 2)", 1))
    load(file)
    path = begin(example, "mapped")
    put("mapped", "load", "success", map_index=0)
    put("mapped", "load", "running", map_index=1)
    with example.api.client("op") as op:
        op.patch(path, json={"state": "failed"}).raise_for_status()
    assert state(viewer, f"{path}/taskInstances/load/0") == "failed"  # was success


def test_a_pending_teardown_turns_failed_into_success(example, viewer):
    with marked_at_work(example) as seen:
        run = example.run("teardown", role="teardown", logical_date=None)
    assert (seen["answer"], run.state) == ("running", "success")
    assert seen["tasks"] == AFTER | {"lock": "success", "release": None}
    assert run.states == AFTER | {"lock": "success", "release": "success"}
    assert not list(example.scratch.glob("*.lock"))

    kept = example.scenario("teardown")
    with kept.http("op", keep=["state"]) as op:
        op.patch(seen["path"], json={"state": "failed"}, extensions={"name": "again"})
    assert state(viewer, seen["path"]) == "failed"
    told = {
        "1 answer": "running",
        "2 in the end": run.state,
        "3 marked again": "failed",
    }
    kept.keep("state of the run with a teardown", told)


def test_a_queued_run_fails_at_once_unless_it_has_a_teardown(example, viewer):
    found = {}
    for name, role in (("no teardown", ""), ("teardown", "teardown")):
        path = begin(example, "waits", role)
        with example.api.client("op") as op:
            op.patch(path, json={"state": "failed"}).raise_for_status()
        found[name] = [state(viewer, path)]
        if found[name] == ["queued"]:
            found[name] += [execute(example.sibling(role), "waits")]
        assert set(tasks(viewer, path).values()) == {"skipped"}
    assert found == {"no teardown": ["failed"], "teardown": ["queued", "success"]}
    example.scenario("queued-run").keep("queued run, marked failed", found)


def test_queued_lets_the_leaves_decide_and_other_states_are_refused(example, viewer):
    path = begin(example, "may-1")
    put("may-1", "load", "running")
    kept = example.scenario("wrong-state")
    with kept.http("op", keep=["state", "detail"]) as op:
        running = op.patch(path, json={"state": "running"})
        op.patch(path, json={"state": "failed"}).raise_for_status()
        failed = tasks(viewer, path)
        op.patch(path, json={"state": "queued"}, extensions={"name": "queue"})
        told = [state(viewer, path), execute(example.dag, "may-1")]

    assert running.status_code == 422
    message = running.json()["detail"][0]["msg"]
    assert message == "Input should be 'queued', 'success' or 'failed'"
    assert failed == {"extract": "skipped", "load": "failed", "report": "skipped"}
    assert told == ["queued", "success"]
    assert tasks(viewer, path) == failed  # no task ran
    kept.keep("422 for the state running", message)
    kept.keep("a failed run, marked queued", told)
