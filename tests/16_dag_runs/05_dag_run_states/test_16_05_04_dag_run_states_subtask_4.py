"""What a callback of a DAG is told, when it is called, and when nobody calls it."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

NORTH = {"name": "north", "before": 812, "in": 140, "out": 155, "after": 797}
LEAK = {"name": "south", "before": 430, "in": 95, "out": 88, "after": 397}


def day(number: int) -> dict:
    """The arguments of a run on that day of May."""
    date = datetime(2026, 5, number, 6, tzinfo=UTC)
    return {"logical_date": date, "run_after": date}


@contextmanager
def pager(status: int = 204) -> Iterator[list[str]]:
    """A pager on loopback, to which connection ``pager`` leads."""
    texts: list[str] = []

    class Pager(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            texts.append(json.loads(self.rfile.read(size))["text"])
            self.send_response(status if self.path == "/page" else 404)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Pager) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        os.environ["AIRFLOW_CONN_PAGER"] = f"http://127.0.0.1:{server.server_port}"
        try:
            yield texts
        finally:
            del os.environ["AIRFLOW_CONN_PAGER"]
            server.shutdown()
            thread.join()


def line(event: str, run, reason: str, task: str | None) -> dict:
    return {"event": event, "run": run.run_id, "reason": reason, "task": task}


def test_a_good_day_leaves_the_book_empty(example):
    run = example.run()

    assert run.values("balance") == [0, 3]
    assert run.value("supplied") == 155 + 88
    assert set(run.states.values()) == {"success"}
    assert example.module.read_book(example.stem) == []


# --8<-- [start:incident]
def test_one_incident_is_opened_counted_and_closed(example):
    with pager() as pages:
        first = example.run("leak", conf={"readings": [LEAK]}, **day(1))
        again = example.run("leak-again", conf={"readings": [LEAK]}, **day(2))
        mended = example.run("mended", **day(3))

    assert pages == [f"{example.stem} has failed: task_failure"]
    assert example.module.read_book(example.stem) == [
        line("failed", first, "task_failure", "balance"),
        line("failed", again, "task_failure", "balance"),
        line("closed", mended, "success", "supplied"),
    ]
    # --8<-- [end:incident]
    book = example.module.read_book(example.stem)
    example.scenario("mended").keep("incident book", book)
    assert first.states == {
        "gauges": "success",
        "balance[0]": "failed",
        "supplied": "upstream_failed",
    }
    assert first.task("balance", 0).error == (
        "AirflowFailException: south: 40 m³ are missing"
    )
    assert (first.state, again.state, mended.state) == ("failed", "failed", "success")
    assert "INFO failed: task_failure, last task balance" in first.log
    assert "INFO closed: success, last task supplied" in mended.log


# --8<-- [start:two]
def test_two_failed_tasks_are_one_call(example):
    run = example.dag.test(run_conf={"readings": [LEAK, NORTH, LEAK]}, **day(1))

    assert example.module.read_book(example.stem) == [
        line("failed", run, "task_failure", "balance")
    ]
    # --8<-- [end:two]


# --8<-- [start:raises]
def test_a_callback_that_raises_stops_neither_the_next_nor_the_run(example, capfd):
    run = example.run("no-pager", conf={"readings": [LEAK]})  # no connection pager

    assert example.module.read_book(example.stem) == [
        line("failed", run, "task_failure", "balance")
    ]
    said = capfd.readouterr().out
    assert f"Callback failed for {example.stem}" in said
    assert "AirflowNotFoundException: The conn_id `pager` isn't defined" in said
    # --8<-- [end:raises]
    assert run.state == "failed"


def test_a_pager_that_refuses_leaves_the_incident_in_the_book(example):
    with pager(503) as pages:
        run = example.run("pager-refuses", conf={"readings": [LEAK]})

    assert pages == [f"{example.stem} has failed: task_failure"]
    assert [row["run"] for row in example.module.read_book(example.stem)] == [
        run.run_id
    ]


def test_a_pager_that_does_not_answer_holds_nobody_up(example):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()  # accepts, and says nothing
        port = mute.getsockname()[1]
        os.environ["AIRFLOW_CONN_PAGER"] = f"http://127.0.0.1:{port}"
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            example.module.page({"dag": example.dag, "reason": "task_failure"})

    assert 0.9 < time.monotonic() - began < 4


# --8<-- [start:nothing]
def test_a_run_in_which_nothing_ran_is_a_success_and_closes_nothing(example):
    failed = example.run("leak-before", conf={"readings": [LEAK]}, **day(1))
    off = example.run("maintenance", conf={"readings": []}, **day(2))

    assert set(off.states.values()) == {"skipped"}
    assert off.state == "success"
    book = example.module.read_book(example.stem)
    assert book[-1] == line("still open", off, "success", None)
    assert example.module.failing(book) == [failed.run_id]
    # --8<-- [end:nothing]
    example.scenario("maintenance").keep("incident book", book)


# --8<-- [start:by-hand]
def test_nobody_calls_back_when_a_person_sets_the_state(example):
    from airflow.listeners import hookimpl
    from airflow.listeners.listener import get_listener_manager

    class Ear:
        heard: list[str] = []

        @hookimpl
        def on_dag_run_failed(self, dag_run, msg: str) -> None:
            self.heard.append(dag_run.run_id)

    run = example.run("by-hand")
    path = f"/api/v2/dags/{example.stem}/dagRuns/{run.run_id.replace('+', '%2B')}"
    get_listener_manager().add_listener(ear := Ear())
    try:
        with example.scenario("by-hand").http("op", keep=["state"]) as op:
            answer = op.patch(path, json={"state": "failed"})
    finally:
        get_listener_manager().pm.unregister(ear)

    assert (answer.status_code, answer.json()["state"]) == (200, "failed")
    assert ear.heard == [run.run_id]
    assert example.module.read_book(example.stem) == []
    # --8<-- [end:by-hand]


# --8<-- [start:ignored]
def test_dag_test_knows_no_dagrun_timeout(example):
    (example.scratch / "gauges.csv").write_text("north,155\nsouth,88\n")
    run = example.run("by-file", role="by_file")

    # The run "began" at its logical date, months ago: far over the twelve seconds.
    assert example.sibling("by_file").dagrun_timeout == timedelta(seconds=12)
    assert run.state == "success"
    # --8<-- [end:ignored]
    assert run.value("supplied") == 243
    assert example.module.read_book(f"{example.stem}__by_file") == []


@pytest.mark.parametrize(
    ("events", "runs"),
    [
        ("", []),
        ("failed:a", ["a"]),
        ("failed:a failed:b", ["a", "b"]),
        ("failed:a failed:a", ["a"]),  # cleared, and failed again
        ("failed:a closed:b", []),
        ("failed:a still open:b", ["a"]),
        ("failed:a closed:b failed:c", ["c"]),
        ("failed:a closed:b failed:a", ["a"]),
    ],
)
def test_which_failures_belong_to_the_open_incident(example, events, runs):
    pairs = [
        pair.split(":") for pair in events.replace("still open", "still_open").split()
    ]
    book = [{"event": e.replace("_", " "), "run": run} for e, run in pairs]
    assert example.module.failing(book) == runs


@pytest.mark.parametrize(
    ("after", "lost"), [(437, 0), (432, 5), (442, -5), (431, None), (443, None)]
)
def test_five_cubic_metres_are_tolerated(example, after, lost):
    balance = example.dag.get_task("balance").python_callable
    south = {"name": "south", "before": 430, "in": 95, "out": 88, "after": after}
    if lost is None:
        with pytest.raises(Exception, match=r"^south: -?6 m³ are missing$"):
            balance(south)
    else:
        assert balance(south) == lost


def test_the_dags(example):
    by_file = example.sibling("by_file")
    for dag in (example.dag, by_file):
        names = [callback.__name__ for callback in dag.on_failure_callback]
        assert names == ["page", "on_failure"]
        assert dag.on_success_callback.__name__ == "on_success"
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        assert dag.catchup is False
        for task in dag.tasks:  # callbacks of a DAG are not those of its tasks
            assert not task.on_failure_callback
    assert (example.dag.schedule, by_file.schedule) == ("0 6 * * *", None)
    assert example.dag.dagrun_timeout is None
    assert example.dag.params.get_param("readings").schema == {"type": "array"}
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "gauges": {"balance", "supplied"},
        "balance": {"supplied"},
        "supplied": set(),
    }
    sensor = by_file.get_task("gauge_file")
    assert sensor.downstream_task_ids == {"supplied"}
    assert (sensor.mode, sensor.poke_interval, sensor.timeout) == (
        "reschedule",
        60,
        600,
    )
