"""A run is marked: what its tasks become, who decides its end, what is missing."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.testing.child_runs import execute, executing
from dagbook.testing.scheduler import Decisions

STEM = "16_07_03_marking_success_failure_subtask_3"
NIGHT = f"{STEM}__night"
RUNS = f"/api/v2/dags/{NIGHT}/dagRuns"
BEGUN = {"close": "success", "measure": "success", "replace": "running"}
WAITING = {"inspect": None, "reopen": None}


def wait_for(file: Path) -> None:
    patience = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < patience, f"{file.name} is not there"
        time.sleep(0.02)


# --8<-- [start:worker]
@contextmanager
def worker(example) -> Iterator[None]:
    """Execute a night in another process, and kill its task once it is marked.

    ``dag.test()`` kills nobody. Here the process of the task sees that it is marked,
    executes what is left of the run, as a scheduler would, and ends.
    """
    waiting, marked = example.scratch / "waiting", example.scratch / "marked"
    night = example.sibling("night")

    class Worker(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said = record.getMessage()
            if "no platform" in said:  # the process of the night
                waiting.touch()
                if marked.exists():
                    (run_id,) = os.listdir(example.scratch / "tunnel")
                    execute(night, run_id)
                    os._exit(0)
            elif said.startswith("somebody is at work"):
                wait_for(waiting)
            elif said.startswith("asked for"):
                marked.touch()

    example.module.log.addHandler(hand := Worker())
    try:
        with executing([night]):
            yield
    finally:
        example.module.log.removeHandler(hand)


# --8<-- [end:worker]


def new_night(example, run_id: str = "tonight") -> str:
    """Create a run of the night, and return its path."""
    with example.api.client("op") as op:
        body = {"dag_run_id": run_id, "logical_date": None}
        op.post(RUNS, json=body).raise_for_status()
    return path_of(run_id)


def path_of(run_id: str) -> str:
    return f"{RUNS}/{quote(run_id, safe='')}"


def mark_at_work(example, op, state: str) -> dict:
    """Mark a night while ``replace`` is at work; return what was there meanwhile."""
    with example.api.client("viewer") as viewer, worker(example):
        path = new_night(example)
        wait_for(example.scratch / "waiting")
        seen = {"before": tasks(viewer, path)}
        seen["answer"] = op.patch(path, json={"state": state}).json()["state"]
        seen["after"] = tasks(viewer, path)
        (example.scratch / "marked").touch()
    with example.api.client("viewer") as viewer:
        return seen | {"in the end": tasks(viewer, path), "run": run_at(viewer, path)}


def tasks(client, path: str) -> dict[str, str | None]:
    rows = client.get(f"{path}/taskInstances").raise_for_status().json()
    return {row["task_id"]: row["state"] for row in rows["task_instances"]}


def run_at(client, path: str) -> str:
    return client.get(path).raise_for_status().json()["state"]


def result_of(client, path: str, task_id: str):
    entry = f"{path}/taskInstances/{task_id}/xcomEntries/return_value"
    answer = client.get(entry, params={"deserialize": True})
    return answer.json()["value"] if answer.status_code == 200 else None


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def barrier(example, run_id: str = "tonight") -> bool:
    return (example.scratch / "tunnel" / run_id / "barrier").exists()


def refusal(act, *given, **named) -> str:
    """What a function raises."""
    with pytest.raises(Exception) as refused:
        act(*given, **named)
    return f"{refused.type.__name__}: {refused.value}"


@contextmanager
def listening(book: Path) -> Iterator[None]:
    """Write down what listeners are told of the run, in whichever process it is."""
    from airflow.listeners import hookimpl
    from airflow.listeners.listener import get_listener_manager

    class Ear:
        def note(self, line: str) -> None:
            with book.open("a") as notes:
                notes.write(f"{line}\n")

        @hookimpl
        def on_dag_run_success(self, dag_run, msg: str) -> None:
            self.note(f"success: {msg}")

        @hookimpl
        def on_dag_run_failed(self, dag_run, msg: str) -> None:
            self.note(f"failed: {msg}")

    get_listener_manager().add_listener(ear := Ear())
    try:
        yield
    finally:
        get_listener_manager().pm.unregister(ear)


def night_run(run) -> dict:
    (child,) = (other for other in run.runs if other["dag_id"] == NIGHT)
    return child


# --8<-- [start:green]
def test_a_green_night_without_its_inspection_fails_the_audit(example):
    assert example.api.url
    with worker(example):
        run = example.run()

    assert run.value("mark") == {
        "answer": "running",  # the teardown has not run yet
        "tasks": BEGUN | WAITING | {"replace": "success", "inspect": "skipped"},
    }
    assert night_run(run)["state"] == "success"
    assert run.task("audit").error == (
        "AirflowFailException: green, but replace is a success without a result, "
        "inspect is skipped"
    )
    # --8<-- [end:green]
    assert (run.states["audit"], run.state) == ("failed", "failed")
    assert run.task("audit").try_number == 1
    assert (run.value("ended"), run.value("insist")) == ("success", "success")
    assert run.task("mark").log == ["INFO asked for success, and the run is running"]
    assert run.task("insist").log == []
    night = night_run(run)
    assert night["run_id"] == f"night__{run.run_id}"
    assert night["note"] == "the shift is over"
    assert barrier(example, night["run_id"]) is False
    kept = example.scenario("default")
    with example.api.client("viewer") as viewer:
        end = tasks(viewer, path_of(night["run_id"]))
    assert kept.keep("tasks of the night in the end", end) == {
        "close": "success",
        "measure": "success",
        "replace": "success",
        "inspect": "skipped",
        "reopen": "success",
    }


# --8<-- [start:insist]
def test_a_night_marked_failed_becomes_a_success_and_is_marked_again(example):
    assert example.api.url
    with worker(example):
        run = example.run("failed", conf={"state": "failed"})

    assert run.value("mark")["answer"] == "running"
    assert run.value("ended") == "success"
    assert run.task("insist").log == [
        "WARNING asked for failed, and it became a success"
    ]
    assert run.value("insist") == "failed"
    assert night_run(run)["state"] == "failed"
    # --8<-- [end:insist]
    assert run.value("mark")["tasks"] == (
        BEGUN | WAITING | {"replace": "failed", "inspect": "skipped"}
    )
    assert run.value("audit") == "nobody takes this night for a good one"
    assert run.state == "success"
    # The second mark changed no task.
    night = night_run(run)
    assert night["note"] == "the shift is over"
    with example.api.client("viewer") as viewer:
        end = tasks(viewer, path_of(night["run_id"]))
    assert end == run.value("mark")["tasks"] | {"reopen": "success"}


# --8<-- [start:both]
@pytest.mark.parametrize("asked", ["success", "failed"])
def test_either_mark_ends_as_the_leaves_have_it(example, asked):
    kept = example.scenario(f"marked-{asked}")
    heard = example.scratch / "heard"
    with kept.http("op", keep=["state"]) as op, listening(heard):
        seen = mark_at_work(example, op, asked)

    assert seen["before"] == BEGUN | WAITING
    assert seen["answer"] == "running"
    assert seen["after"] == BEGUN | WAITING | {"replace": asked, "inspect": "skipped"}
    assert seen["in the end"] == seen["after"] | {"reopen": "success"}
    assert seen["run"] == "success"
    assert lines(heard) == [
        f"{asked}: Dag Run's state was manually set to `{asked}`.",
        "success: success",
    ]
    # --8<-- [end:both]
    assert barrier(example) is False
    kept.keep("told to listeners", lines(heard))
    for when in ("before", "after", "in the end", "run"):
        kept.keep(when, seen[when])


# --8<-- [start:queued]
def test_a_night_that_has_not_begun_stays_queued(example):
    kept = example.scenario("not-begun")
    path = new_night(example)
    with kept.http("op", keep=["state"]) as op:
        answer = op.patch(path, json={"state": "failed"})

    with example.api.client("viewer") as viewer:
        marked = tasks(viewer, path)
        end = execute(example.sibling("night"), "tonight")
        last = tasks(viewer, path)
    assert answer.json()["state"] == "queued"
    nobody = dict.fromkeys(["close", "measure", "replace", "inspect"], "skipped")
    assert marked == nobody | {"reopen": None}
    assert last == nobody | {"reopen": "skipped"}
    assert end == "success"
    # --8<-- [end:queued]
    kept.keep("after", marked)
    kept.keep("in the end", last)
    kept.keep("run", end)


def test_a_task_that_is_queued_is_skipped_and_does_not_start(example):
    path = new_night(example)
    airflow = Decisions()
    with example.api.client("op") as op:
        for _ in range(20):  # rounds until its task is queued
            airflow.decide()
            if tasks(op, path)["close"]:
                break
        assert tasks(op, path)["close"] in ("scheduled", "queued")
        op.patch(path, json={"state": "failed"}).raise_for_status()
        assert tasks(op, path)["close"] == "skipped"


# --8<-- [start:caught-up]
def test_what_was_skipped_is_caught_up_with(example):
    kept = example.scenario("caught-up")
    audit = example.dag.get_task("audit").python_callable
    example.api.export("op")
    with example.api.client("op") as op:
        assert mark_at_work(example, op, "success")["run"] == "success"
    assert "inspect is skipped" in refusal(audit, "tonight", "success")

    (example.scratch / "tunnel" / "tonight" / "platform").touch()
    body = {"dag_run_id": "tonight", "task_ids": ["replace"], "dry_run": False}
    body |= {"include_downstream": True, "only_failed": False}
    with kept.http("op", keep=["total_entries"]) as op:
        op.post(f"/api/v2/dags/{NIGHT}/clearTaskInstances", json=body)
    assert execute(example.sibling("night"), "tonight") == "success"
    assert audit("tonight", "success") == "every critical task has a result"
    # --8<-- [end:caught-up]
    with example.api.client("viewer") as viewer:
        path = path_of("tonight")
        assert result_of(viewer, path, "measure") == ["B1", "C2"]
        assert kept.keep("lux", result_of(viewer, path, "replace")) == {
            "A1": 96,
            "A2": 104,
            "B1": 110,
            "B2": 92,
            "C1": 88,
            "C2": 110,
        }
        certificate = kept.keep("certificate", result_of(viewer, path, "inspect"))
        assert certificate == {"lux": 100, "uniformity": 0.88}
        assert set(tasks(viewer, path).values()) == {"success"}
    assert barrier(example) is False


# --8<-- [start:targets]
def test_running_is_no_target_and_queued_changes_no_task(example):
    path = new_night(example)
    with example.scenario("targets").http("op", keep=["state", "detail"]) as op:
        running = op.patch(path, json={"state": "running"})
        skipped = op.patch(path, json={"state": "skipped"})
        marked = op.patch(path, json={"state": "success"})
        assert execute(example.sibling("night"), "tonight") == "success"
        again = op.patch(path, json={"state": "queued"})

    assert (running.status_code, skipped.status_code) == (422, 422)
    assert running.json()["detail"][0]["msg"] == (
        "Input should be 'queued', 'success' or 'failed'"
    )
    assert (marked.json()["state"], again.json()["state"]) == ("queued", "queued")
    # --8<-- [end:targets]
    with example.api.client("viewer") as viewer:
        assert set(tasks(viewer, path).values()) == {"skipped"}
        assert execute(example.sibling("night"), "tonight") == "success"
        assert set(tasks(viewer, path).values()) == {"skipped"}


def test_a_refusal_is_a_failure_that_no_retry_changes(example):
    new_night(example, "night__2026-05-01T06:30:00+00:00")
    example.api.export("viewer")
    ask, states = example.module.ask, example.module.states
    with example.module.api() as client:
        assert client.timeout.read == 30
        assert set(states(client, "night__2026-05-01T06:30:00+00:00").values()) == {
            None
        }
        assert (
            ask(client, "GET", "night__2026-05-01T06:30:00+00:00")["state"] == "queued"
        )
        assert refusal(
            ask, client, "PATCH", "night__2026-05-01T06:30:00+00:00", state="failed"
        ) == ("AirflowFailException: 403 Forbidden")
        assert refusal(states, client, "tomorrow").startswith(
            "AirflowFailException: 404 "
        )
        assert (
            ask(client, "GET", "night__2026-05-01T06:30:00+00:00")["state"] == "queued"
        )


def test_nobody_drives_where_one_lamp_is_too_dark(example):
    inspect = example.sibling("night").get_task("inspect").python_callable
    assert inspect({"A": 75, "B": 125}) == {"lux": 100, "uniformity": 0.75}
    assert refusal(inspect, {"A": 74, "B": 126}) == (
        "AirflowFailException: the darkest lamp gives 0.74 of the mean"
    )


def test_which_lamps_are_changed_and_when(example, monkeypatch):
    night = example.sibling("night")
    measure, replace = (
        night.get_task(t).python_callable for t in ("measure", "replace")
    )
    assert measure() == ["B1", "C2"]
    monkeypatch.setattr(example.module, "LUX", {"A": 60, "B": 59})
    assert measure() == ["B"]
    assert replace(["B"], "tonight").is_done is False
    (example.scratch / "tunnel" / "tonight").mkdir(parents=True)
    (example.scratch / "tunnel" / "tonight" / "platform").touch()
    came = replace(["B"], "tonight")
    assert (came.is_done, came.xcom_value) == (True, {"A": 60, "B": 110})


def test_a_tunnel_can_be_closed_twice_and_is_reopened_once(example):
    night = example.sibling("night")
    close, reopen = (night.get_task(t).python_callable for t in ("close", "reopen"))
    close("tonight")
    close("tonight")
    assert barrier(example) is True
    reopen("tonight")
    assert barrier(example) is False
    assert refusal(reopen, "tonight").startswith("FileNotFoundError")


def test_a_night_that_failed_needs_no_proof(example):
    audit = example.dag.get_task("audit").python_callable
    assert audit("never", "failed") == "nobody takes this night for a good one"


@pytest.mark.parametrize("state", ["running", "queued", None])
def test_a_night_is_marked_success_or_failed(example, state):
    with pytest.raises(ParamValidationError, match="state"):
        example.dag.test(run_conf={"state": state})


def test_the_dags(example):
    night = example.sibling("night")
    for dag in (example.dag, night):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert all(task.retries == 0 for task in dag.tasks)
    assert {t.task_id: t.downstream_task_ids for t in night.tasks} == {
        "close": {"measure", "reopen"},
        "measure": {"replace"},
        "replace": {"inspect"},
        "inspect": {"reopen"},
        "reopen": set(),
    }
    assert [t.task_id for t in night.tasks if t.is_setup] == ["close"]
    (reopen,) = (t for t in night.tasks if t.is_teardown)
    assert (reopen.task_id, reopen.on_failure_fail_dagrun) == ("reopen", False)
    assert night.is_paused_upon_creation is False
    assert {t.task_id: t.downstream_task_ids for t in example.dag.tasks} == {
        "begin": {"at_work", "mark", "ended", "insist", "audit"},
        "at_work": {"mark"},
        "mark": {"ended"},
        "ended": {"insist"},
        "insist": {"audit"},
        "audit": set(),
    }
    begin = example.dag.get_task("begin")
    assert begin.wait_for_completion is False
    sensors = [night.get_task("replace")]
    sensors += [example.dag.get_task(t) for t in ("at_work", "ended")]
    assert [(s.mode, s.poke_interval, s.timeout) for s in sensors] == [
        ("poke", 1, 3600),
        ("poke", 1, 600),
        ("poke", 1, 600),
    ]
    state = example.dag.params.get_param("state")
    assert (state.value, state.schema) == (
        "success",
        {"type": "string", "enum": ["success", "failed"]},
    )
