"""Ask for quotes: who may, which runs are allowed, and when the answer comes."""

import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import httpx
import pytest
from airflow.sdk.exceptions import AirflowFailException

from dagbook.testing.child_runs import executing
from dagbook.testing.proxy import door

STEM = "16_01_06_manual_trigger_subtask_6"
RUNS = f"/api/v2/dags/{STEM}__quote/dagRuns"


def staffed(example):
    """Execute the runs of the quote DAG, as a scheduler and a worker would."""
    return executing([example.sibling("quote")])


# --8<-- [start:default]
def test_the_answer_comes_with_the_end_of_the_run(example):
    example.api.export("user")
    with staffed(example):
        run = example.run()

    sheets = 24 // 2 * 50
    assert run.values("quote") == [
        {"paper": "plain", "sheets": sheets, "cents": 500 + sheets * 6},
        {"paper": "recycled", "sheets": sheets, "cents": 500 + sheets * 9},
        {"paper": "glossy", "sheets": sheets, "cents": 500 + sheets * 21},
    ]
    assert run.value("cheapest") == {"paper": "plain", "sheets": 600, "cents": 4100}
    assert [child["run_id"] for child in run.runs] == [
        f"quote-glossy-{run.run_id}",
        f"quote-plain-{run.run_id}",
        f"quote-recycled-{run.run_id}",
    ]
    # --8<-- [end:default]
    assert {child["state"] for child in run.runs} == {"success"}
    assert run.runs[0]["conf"] == {"paper": "glossy", "pages": 24, "copies": 50}
    assert run.runs[0]["logical_date"] is None
    assert run.value("open_desk") == RUNS
    assert run.values("ask")[0] == f"{RUNS}/quote-plain-{run.run_id}"
    assert run.state == "success"


# --8<-- [start:roles]
def test_a_viewer_may_read_the_answer_and_not_ask(example):
    scenario = example.scenario("roles")
    for user, status in [("viewer", 403), ("user", 200), ("op", 200), ("admin", 200)]:
        with scenario.http(user, keep=["detail", "triggering_user_name"]) as client:
            asked = client.post(RUNS, json={"logical_date": None})
            assert asked.status_code == status
    # --8<-- [end:roles]
    example.api.export("viewer")
    run = example.run("roles")
    assert run.states["open_desk"] == "success"
    assert run.task("ask", 0).error == "AirflowFailException: 403: Forbidden"
    assert (run.task("ask", 0).try_number, run.task("ask", 0).max_tries) == (1, 2)
    assert run.states["cheapest"] == "upstream_failed"
    assert len(run.runs) == 3


# --8<-- [start:types]
def test_a_list_of_run_types_binds_every_door_but_dag_test(example):
    nightly = f"{STEM}__price_list"
    days = {"from_date": "2026-05-01T00:00:00Z", "to_date": "2026-05-02T00:00:00Z"}
    scenario = example.scenario("run-types")
    with scenario.http("admin", keep=["detail", "state", "dag_id"]) as admin:
        refused = admin.post(
            f"/api/v2/dags/{nightly}/dagRuns", json={"logical_date": None}
        )
        assert refused.status_code == 400
        assert refused.json()["detail"].endswith("does not allow manual runs")
        asked = admin.post("/api/v2/backfills", json={"dag_id": nightly, **days})
        assert asked.status_code == 200
    manual = example.run("run-types", role="price_list", logical_date=None)
    assert [other["run_type"] for other in manual.runs] == ["backfill", "backfill"]
    # --8<-- [end:types]
    assert manual.value("cents_a_sheet") == {"plain": 6, "recycled": 9, "glossy": 21}


def test_the_shop_asks_no_desk_that_takes_no_manual_runs(example):
    example.api.export("user")
    run = example.run("wrong-desk", conf={"desk": "price_list"})

    assert run.task("open_desk").error == (
        f"AirflowFailException: {STEM}__price_list takes ['backfill', 'scheduled'] "
        "runs only"
    )
    assert run.task("open_desk").try_number == 1
    assert {run.states[f"ask[{index}]"] for index in range(3)} == {"upstream_failed"}
    assert run.states["cheapest"] == "upstream_failed"
    assert run.runs == []


# --8<-- [start:paused]
def test_a_paused_dag_takes_the_request_and_never_answers(example):
    scenario = example.scenario("paused")
    with scenario.http("op", keep=["is_paused", "state"]) as op:
        op.patch(f"/api/v2/dags/{STEM}__quote", json={"is_paused": True})
        asked = op.post(RUNS, json={"dag_run_id": "quote-1", "logical_date": None})
        assert (asked.status_code, asked.json()["state"]) == (200, "queued")
    with staffed(example):
        run = example.run("paused")
        with example.api.client("user") as client:
            began = time.monotonic()
            with pytest.raises(AirflowFailException, match="^still queued after 1 s$"):
                example.module.follow(client, f"{RUNS}/quote-1", patience=1)
    assert time.monotonic() - began > 1

    assert run.task("open_desk").error == (
        f"AirflowFailException: {STEM}__quote is paused: runs stay queued"
    )
    assert [child["run_id"] for child in run.runs] == ["quote-1"]
    # --8<-- [end:paused]


# --8<-- [start:stream]
def test_the_stream_has_a_line_for_each_look_and_ends_with_the_run(example):
    wait = f"{RUNS}/quote-2/wait"
    conf = {"paper": "glossy", "pages": 3, "copies": 2}
    body = {"dag_run_id": "quote-2", "logical_date": None, "conf": conf}
    with example.api.client("user") as user:
        user.post(RUNS, json=body).raise_for_status()
    with (
        example.api.client("viewer") as viewer,
        viewer.stream("GET", wait, params={"interval": 0.2}) as answer,
    ):
        lines = answer.iter_lines()
        assert [next(lines), next(lines)] == ['{"state": "queued"}'] * 2
        with staffed(example):
            *_, last = lines
        assert "content-type" not in answer.headers
    assert json.loads(last) == {
        "state": "success",
        "results": {"price": {"paper": "glossy", "sheets": 4, "cents": 584}},
    }
    # --8<-- [end:stream]
    keep = ["state", "results", "detail"]
    with example.scenario("stream").http("viewer", keep=keep) as viewer:
        again = viewer.get(wait, params={"interval": 60})
        assert again.text == last + "\n"
        assert viewer.get(wait).json()["detail"][0]["msg"] == "Field required"
    with example.api.client() as admin:
        ends = admin.patch(f"{RUNS}/quote-2", json={"state": "canceled"})
        assert ends.status_code == 422
        assert "'queued', 'success' or 'failed'" in ends.text
    asked = []
    hooks = {"request": [lambda request: asked.append(request.url.query)]}
    with example.api.client("viewer") as viewer:
        viewer.event_hooks = hooks
        assert example.module.follow(viewer, f"{RUNS}/quote-2", 0) == json.loads(last)
        assert asked == [b"interval=0.5"]
        with pytest.raises(AirflowFailException, match="^404: The DagRun with dag_id"):
            example.module.follow(viewer, f"{RUNS}/quote-3", 0)


# --8<-- [start:cut]
def test_a_stream_that_is_cut_is_taken_up_again(example):
    with staffed(example), lossy(example):
        run = example.run("cut")

    asked = [run.task("ask", index) for index in range(3)]
    assert [task.try_number for task in asked] == [1, 1, 2]
    assert asked[2].error == (
        "RemoteProtocolError: Server disconnected without sending a response."
    )
    for index in range(3):
        quote = run.task("quote", index)
        assert quote.errors == [
            "ConnectionError: the stream ended while the run was queued"
        ]
        assert (quote.try_number, quote.max_tries) == (2, 2)
    assert run.value("cheapest")["cents"] == 4100
    assert len(run.runs) == 3
    # --8<-- [end:cut]
    assert run.state == "success"


class Door(BaseHTTPRequestHandler):
    """Forward all requests, but not all answers.

    The answer to the first request for glossy paper is lost, and each stream ends after
    one line when it comes first. From the first request for a run until the third cut
    the quote DAG is paused, so that the runs are in the queue meanwhile.
    """

    admin: httpx.Client
    cut: set[str] = set()

    def do_POST(self):  # noqa: N802
        if self.path == RUNS:
            self.pause(True)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "glossy" in str(body) and "lost" not in self.cut:
            self.cut.add("lost")
            self.admin.post(self.path, json=body)
            return
        self.forward(body)

    def do_GET(self):  # noqa: N802
        self.forward(None)

    def pause(self, is_paused: bool):
        self.admin.patch(f"/api/v2/dags/{STEM}__quote", json={"is_paused": is_paused})

    def forward(self, body):
        method, path = self.command, self.path
        with self.admin.stream(method, path, json=body) as real:
            self.send_response(real.status_code)
            self.end_headers()
            for line in real.iter_lines():
                self.wfile.write(f"{line}\n".encode())
                self.wfile.flush()
                if "/wait?" in path and path not in self.cut:
                    self.cut.add(path)
                    break
        if "/wait?" in path and len(self.cut) == 4:
            self.pause(False)

    def log_message(self, *args):
        pass


@contextmanager
def lossy(example):
    """Let connection ``airflow_api`` lead through a :class:`Door`."""
    with (
        example.api.client() as admin,
        door(type("D", (Door,), {"admin": admin, "cut": set()})),
    ):
        yield


# --8<-- [start:patience]
def test_the_shop_does_not_wait_longer_than_it_said(example):
    example.api.export("user")
    run = example.run("nobody-works", conf={"patience": 1})

    quote = run.task("quote", 0)
    assert quote.error == "AirflowFailException: still queued after 1 s"
    assert quote.try_number == 1
    assert {child["state"] for child in run.runs} == {"queued"}
    # --8<-- [end:patience]
    assert run.states["cheapest"] == "upstream_failed"


def test_a_run_that_fails_has_no_answer(example):
    example.api.export("user")
    with staffed(example):
        run = example.run("too-many", conf={"pages": 400, "copies": 1000})

    assert (
        run.task("quote", 1).error == "AirflowFailException: no quote: the run failed"
    )
    assert run.task("quote", 1).try_number == 1
    assert {child["state"] for child in run.runs} == {"failed"}


# --8<-- [start:marked]
def test_a_run_that_somebody_marked_has_no_result(example):
    with example.answers(children={f"{STEM}__quote": ["success"]}):
        run = example.run("marked")

    assert {child["state"] for child in run.runs} == {"success"}
    assert run.task("quote", 2).error == (
        "AirflowFailException: no quote: the run succeeded without a result"
    )
    # --8<-- [end:marked]
    assert run.task("quote", 2).try_number == 1


@pytest.mark.parametrize(
    ("pages", "copies", "cents", "error"),
    [
        (199, 1_000, 500 + 100_000 * 9, None),
        (1, 100_001, None, "100001 sheets are too many for the press"),
    ],
)
def test_the_press_takes_a_hundred_thousand_sheets(
    example, pages, copies, cents, error
):
    conf = {"paper": "recycled", "pages": pages, "copies": copies}
    run = example.run(f"{pages}-pages", role="quote", conf=conf)

    assert run.value("sheets") == (100_001 if error else 100_000)
    assert run.value("price") == (
        None if error else {"paper": "recycled", "sheets": 100_000, "cents": cents}
    )
    assert run.task("price").error == (error and f"AirflowFailException: {error}")
    assert run.state == ("failed" if error else "success")


@pytest.mark.parametrize(
    ("conf", "error"),
    [
        ({"paper": "gold"}, "'gold' is not one of ['plain', 'recycled', 'glossy']"),
        ({"pages": 0}, "0 is less than the minimum of 1"),
        ({"copies": 0}, "0 is less than the minimum of 1"),
        ({"pages": "3"}, "'3' is not of type 'integer'"),
        ({"copies": 1.5}, "1.5 is not of type 'integer'"),
        ({"paper": 7}, "7 is not of type 'string'"),
    ],
)
def test_the_desk_refuses_what_it_cannot_print(example, conf, error):
    with example.api.client("user") as client:
        answer = client.post(RUNS, json={"logical_date": None, "conf": conf})
        assert error in answer.json()["detail"]
        with pytest.raises(AirflowFailException, match="^400: Invalid input for param"):
            example.module.agreed(answer)
        good = client.post(RUNS, json={"logical_date": None})
        assert example.module.agreed(good) is good


def test_only_a_refusal_is_final(example):
    request = httpx.Request("GET", "http://127.0.0.1/")
    for status in (500, 503):
        with pytest.raises(httpx.HTTPStatusError):
            example.module.agreed(httpx.Response(status, request=request))
    for status in (400, 499):
        gone = httpx.Response(status, json={"detail": "gone"})
        with pytest.raises(AirflowFailException, match=f"^{status}: gone$"):
            example.module.agreed(gone)


def test_who_is_asked(example):
    open_to_all = {"dag_id": "d", "allowed_run_types": None, "is_paused": False}
    refuse = example.module.refuse_closed_desk
    assert refuse(open_to_all) is None
    assert refuse(open_to_all | {"allowed_run_types": ["manual"]}) is None
    with pytest.raises(AirflowFailException, match="^d takes \\[\\] runs only$"):
        refuse(open_to_all | {"allowed_run_types": []})
    with example.api.client("viewer") as viewer:
        desk = viewer.get(f"/api/v2/dags/{STEM}__quote").json()
        assert desk["allowed_run_types"] == ["manual"]
        assert desk["is_paused"] is False


def test_how_the_dags_are_set_up(example):
    retries = {(t.retries, t.retry_delay) for t in example.dag.tasks}
    assert retries == {(2, timedelta(seconds=1))}
    assert example.dag.schedule is example.sibling("quote").schedule is None
    nightly = example.sibling("price_list")
    assert (nightly.schedule, nightly.catchup) == ("@daily", False)
    assert example.sibling("quote").get_task("price").returns_dag_result is True
    assert example.sibling("quote").params.dump() == {
        "paper": "plain",
        "pages": 1,
        "copies": 1,
    }
    assert example.dag.params.dump() == {
        "desk": "quote",
        "pages": 24,
        "copies": 50,
        "patience": 120,
    }
    starts = {dag.start_date for dag in example.dags.values()}
    assert starts == {datetime(2026, 1, 1, tzinfo=UTC)}
