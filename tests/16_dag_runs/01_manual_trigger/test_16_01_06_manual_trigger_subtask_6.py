"""Trigger a run and wait for it; without an end or a result, and when it is cut."""

import json
import os
import time
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from dagbook.testing.child_runs import execute, executing
from dagbook.testing.proxy import CONNECTION, door

DAG = "/api/v2/dags/16_01_06_manual_trigger_subtask_6"
RUNS = f"{DAG}/dagRuns"
LAST = {"state": "success", "results": {"report": {"pieces": 10}}}


# --8<-- [start:follow]
def follow(client: httpx.Client, run: str, seconds: float) -> dict:
    deadline = time.monotonic() + seconds
    with client.stream("GET", f"{run}/wait?interval=1") as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            last = json.loads(line)
            if last["state"] in ("success", "failed"):
                return last
            if time.monotonic() > deadline:
                raise TimeoutError(f"the run is still {last['state']}")
    raise ConnectionError("the stream ended before the run")


# --8<-- [end:follow]


@pytest.fixture
def user(example):
    """Return a client whose exchanges are not recorded."""
    with example.api.client("user") as client:
        yield client


def trigger(client: httpx.Client, run_id: str) -> str:
    body = {"dag_run_id": run_id, "logical_date": None}
    client.post(RUNS, json=body, extensions={"name": "trigger"}).raise_for_status()
    return f"{RUNS}/{run_id}"


def test_a_plain_trigger_returns_the_sum(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", {"pieces": 10})
    assert example.dag.get_task("report").returns_dag_result is True
    assert example.dag.get_task("load").returns_dag_result is False


def test_one_connection_tells_each_state_and_then_the_result(example, user):
    waited = example.scenario("waited")
    with waited.http("user", keep=["dag_run_id", "state"]) as client:
        run = trigger(client, "sales-A-1")
    with user.stream("GET", f"{run}/wait?interval=0.1") as answer:
        lines = answer.iter_lines()
        first = next(lines)
        with executing([example.dag]):
            seen = list(dict.fromkeys([first, *lines]))
        assert "content-type" not in answer.headers
    assert json.loads(seen[-1]) == LAST
    assert waited.keep("lines on the connection, without repeats", seen) == [
        '{"state": "queued"}',
        '{"state": "running"}',
        '{"state": "success", "results": {"report": {"pieces": 10}}}',
    ]


def test_who_may_wait_and_how_to_ask(example, user):
    ended = trigger(user, "sales-A-1")
    assert execute(example.dag, "sales-A-1") == "success"
    with example.scenario("asked").http(
        "viewer", keep=["state", "results", "detail"]
    ) as viewer:
        body = {"logical_date": None}
        refused = viewer.post(RUNS, json=body, extensions={"name": "viewer triggers"})
        told = viewer.get(f"{ended}/wait?interval=1", extensions={"name": "wait"})
    assert refused.status_code == 403
    assert told.text.splitlines() == [json.dumps(LAST)]
    bare = user.get(f"{ended}/wait")
    assert (bare.status_code, bare.json()["detail"][0]["msg"]) == (
        422,
        "Field required",
    )
    one = user.get(f"{ended}/wait?interval=1&result=load")
    assert one.json()["results"] == {"load": 10}


def test_a_paused_dag_answers_with_queued_until_the_deadline(example, user):
    with example.api.client("op") as op:
        op.patch(DAG, json={"is_paused": True}).raise_for_status()
        run = trigger(user, "sales-A-3")
        with pytest.raises(TimeoutError, match="^the run is still queued$"):
            follow(user, run, seconds=1)
        assert user.get(run).json()["state"] == "queued"  # and not cancelled
        refused = op.patch(run, json={"state": "canceled"})
    assert refused.status_code == 422


def test_a_run_that_was_marked_has_no_results(example, user):
    last = {}
    for state in ("success", "failed"):
        run = trigger(user, f"marked-{state}")
        user.patch(run, json={"state": state}).raise_for_status()
        last[f"marked {state}"] = follow(user, run, seconds=1)

    kept = example.scenario("no-result").keep("last line of a run", last)
    assert kept == {
        "marked success": {"state": "success"},
        "marked failed": {"state": "failed"},
    }


class Cut(BaseHTTPRequestHandler):
    """Pass on the first line of an answer of Airflow and hang up."""

    def do_GET(self):  # noqa: N802
        with self.client.stream("GET", self.path) as real:
            self.send_response(real.status_code)
            self.end_headers()
            self.wfile.write(f"{next(real.iter_lines())}\n".encode())

    def log_message(self, *args):
        pass


def test_a_stream_that_is_cut_is_asked_again_for_the_same_run(example, user):
    run = trigger(user, "sales-A-4")
    example.api.export("user")
    with door(type("Door", (Cut,), {"client": user})):
        port = json.loads(os.environ[CONNECTION])["port"]
        with (
            httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
            pytest.raises(ConnectionError, match="^the stream ended before the run$"),
        ):
            follow(client, run, seconds=60)

    execute(example.dag, "sales-A-4")
    assert follow(user, run, seconds=60) == LAST
