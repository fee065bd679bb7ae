"""Runs from the form, from scripts and from an operator, and what tells them apart."""

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

STEM = "16_01_02_manual_trigger_subtask_2"
REFUND = f"{STEM}__refund"
RUNS = f"/api/v2/dags/{REFUND}/dagRuns"

# --8<-- [start:form-body]
# What the form of Airflow 3.3.2 sends when a person picks order 1002 and writes a note.
FORM = {
    "conf": {"order_id": 1002, "percent": 100},
    "data_interval_end": None,
    "data_interval_start": None,
    "logical_date": "2026-05-01T06:29:41.000Z",
    "note": "arrived broken, ticket 311",
    "partition_key": None,
}
# --8<-- [end:form-body]
SCRIPT = {"logical_date": None}
SHOWN = ["triggered_by", "triggering_user_name", "conf", "note", "logical_date"]


def referer(example) -> dict[str, str]:
    return {"Referer": f"{example.api.url}/dags/{REFUND}"}


def seed(example, user: str, body: dict, headers: dict | None = None) -> str:
    with example.api.client(user) as client:
        answer = client.post(RUNS, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["dag_run_id"]


# --8<-- [start:form]
def test_the_form_is_two_requests_and_fills_in_every_field(example):
    scenario = example.scenario("form")
    keep = [*SHOWN, "dag_run_id", "run_type", "run_after", "state", "is_paused"]
    with scenario.http("user", keep=keep) as browser:
        browser.headers.update(referer(example))
        unpause = browser.patch(f"/api/v2/dags/{REFUND}", json={"is_paused": False})
        run = browser.post(RUNS, json=FORM).json()

    assert unpause.json()["is_paused"] is False
    assert run["triggered_by"] == "ui"
    assert run["triggering_user_name"] == "user"
    assert run["conf"] == {"order_id": 1002, "percent": 100}
    assert run["note"] == "arrived broken, ticket 311"
    assert run["logical_date"] == "2026-05-01T06:29:41Z"
    assert run["dag_run_id"] == "manual__" + run["run_after"].replace("Z", "+00:00")
    assert (run["run_type"], run["state"]) == ("manual", "queued")
    # --8<-- [end:form]


# --8<-- [start:same-second]
def test_a_form_opened_in_the_same_second_is_refused(example):
    seed(example, "user", FORM, referer(example))
    scenario = example.scenario("same-second")
    with scenario.http("op", keep=["detail"]) as browser:
        answer = browser.post(RUNS, json=FORM | {"conf": {"order_id": 1003}})

    assert answer.status_code == 409
    assert answer.json()["detail"]["reason"] == "Unique constraint violation"
    # --8<-- [end:same-second]


# --8<-- [start:referer]
def test_one_header_turns_a_script_into_the_ui(example):
    scenario = example.scenario("referer")
    with scenario.http("op", keep=[*SHOWN, "state", "is_paused"]) as script:
        plain = script.post(RUNS, json=SCRIPT).json()
        header = {"Referer": "https://example.com"}
        dressed = script.post(RUNS, json=SCRIPT, headers=header).json()
        dag = script.get(f"/api/v2/dags/{REFUND}").json()

    assert plain["triggered_by"] == "rest_api"
    assert dressed["triggered_by"] == "ui"
    assert plain["triggering_user_name"] == dressed["triggering_user_name"] == "op"
    assert (dag["is_paused"], dressed["state"]) == (True, "queued")
    # --8<-- [end:referer]


# --8<-- [start:default]
def test_each_origin_has_a_row_with_the_fields_it_filled_in(example):
    seed(example, "user", FORM, referer(example))
    named = seed(example, "op", SCRIPT | {"dag_run_id": "refund-1003-again"})
    dressed = seed(example, "op", SCRIPT, referer(example))
    month_end = example.run("operator", role="goodwill")

    run = example.run()

    assert run.task("by_origin").log == [
        "INFO ui / user / manual                    "
        "1 runs, logical_date 1, conf 1, note 1, run_id 0",
        "INFO rest_api / op / manual                "
        "1 runs, logical_date 0, conf 0, note 0, run_id 1",
        "INFO ui / op / manual                      "
        "1 runs, logical_date 0, conf 0, note 0, run_id 0",
        "INFO operator / None / operator_triggered  "
        "1 runs, logical_date 0, conf 1, note 1, run_id 0",
    ]
    assert run.value("without_a_reason") == [f"op: {named}", f"op: {dressed}"]
    # --8<-- [end:default]
    assert run.value("by_origin")[0] == {
        **{"origin": "ui / user / manual", "runs": 1},
        **{"logical_date": 1, "conf": 1, "note": 1, "run_id": 0},
    }
    assert run.state == "success"
    assert [r["dag_run_id"] for r in run.value("recent_runs")][1] == named
    [triggered] = [r for r in month_end.runs if r["run_type"] == "operator_triggered"]
    assert triggered["run_id"].startswith("manual__")
    assert triggered["logical_date"] is None
    assert triggered["conf"] == {"order_id": 1003, "percent": 10}
    assert triggered["note"] == "goodwill of the month"


def test_several_runs_of_one_origin_share_a_row(example):
    for _ in range(2):
        seed(example, "user", SCRIPT | {"note": "late"})

    run = example.run("same-origin")

    row = {"logical_date": 0, "conf": 0, "note": 2, "run_id": 0}
    assert run.value("by_origin") == [
        {"origin": "rest_api / user / manual", "runs": 2, **row}
    ]
    assert run.value("without_a_reason") == []


# --8<-- [start:pages]
def test_the_server_cuts_pages_without_a_word_and_the_dag_still_reads_all(
    example, monkeypatch
):
    monkeypatch.setenv("AIRFLOW__API__MAXIMUM_PAGE_LIMIT", "2")
    ids = [seed(example, "op", SCRIPT | {"dag_run_id": f"batch-{n}"}) for n in range(5)]
    scenario = example.scenario("small-pages")
    with scenario.http("op", keep=["total_entries", "next_cursor"]) as client:
        page = client.get(RUNS, params={"limit": 1000, "cursor": ""})

    assert page.status_code == 200
    assert len(page.json()["dag_runs"]) == 2

    run = example.run("small-pages")
    assert [r["dag_run_id"] for r in run.value("recent_runs")] == ids
    assert run.value("by_origin")[0]["runs"] == 5
    # --8<-- [end:pages]


def test_the_window_begins_thirty_days_before_the_run(example):
    edge = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
    for name, moment in {"old": edge - timedelta(seconds=1), "edge": edge}.items():
        body = SCRIPT | {"dag_run_id": name, "run_after": moment.isoformat()}
        seed(example, "op", body)

    run = example.run("window")

    assert [r["dag_run_id"] for r in run.value("recent_runs")] == ["edge"]


# --8<-- [start:inside]
def test_a_task_knows_its_user_but_not_its_origin(example):
    run = example.run("inside", role="refund", conf={"order_id": 1003})

    assert run.value("receipt") == {
        "due": 42.5,
        "asked_by": "dag_test",
        "came_from": "unknown to a task",
    }
    # --8<-- [end:inside]


def test_a_part_of_the_price_is_paid_back(example):
    run = example.run("a-third", role="refund", conf={"percent": 33})

    assert run.value("receipt")["due"] == 29.67
    assert example.module.PAID == {1001: 89.90, 1002: 120.00, 1003: 42.50}


@pytest.mark.parametrize(
    ("conf", "accepted"),
    [
        ({"percent": 1}, True),
        ({"percent": 0}, False),
        ({"percent": 100}, True),
        ({"percent": 101}, False),
        ({"percent": 50.5}, False),
        ({"order_id": 1003}, True),
        ({"order_id": 1004}, False),
    ],
)
def test_the_fields_of_the_form_are_checked_by_the_server(example, conf, accepted):
    with example.api.client("user") as client:
        answer = client.post(RUNS, json=SCRIPT | {"conf": conf})

    assert answer.status_code == (200 if accepted else 400)


# --8<-- [start:unknown-dag]
def test_an_unknown_dag_ends_the_task_at_once(example):
    assert example.api.port
    run = example.run("unknown-dag", conf={"dag_id": "refunds"})

    read = run.task("recent_runs")
    assert read.error == (
        "AirflowFailException: no DAG refunds: correct the field dag_id"
    )
    assert (read.try_number, read.max_tries) == (1, 2)
    assert run.states["by_origin"] == "upstream_failed"
    assert run.states["without_a_reason"] == "upstream_failed"
    # --8<-- [end:unknown-dag]
    assert run.state == "failed"


# --8<-- [start:wrong-password]
def test_a_wrong_password_names_the_connection(example, monkeypatch):
    conn = example.api.connection("op").replace("op-of-the", "not-of-the")
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", conn)
    run = example.run("wrong-password")

    assert run.task("recent_runs").errors == [
        "AirflowFailException: connection airflow_api was refused (401): "
        "check its login, its password and what that user may read"
    ]
    # --8<-- [end:wrong-password]


def test_a_token_that_is_none_is_refused_with_403(example):
    broken = {"Authorization": "Bearer mistyped"}
    fail = example.module.AirflowFailException
    with (
        httpx.Client(base_url=example.api.url, headers=broken) as client,
        pytest.raises(fail, match=r"airflow_api was refused \(403\)"),
    ):
        example.module.read_runs(client, REFUND, datetime(2026, 4, 1, tzinfo=UTC))


@contextmanager
def faulty_gateway(port: int, first: list[bytes]):
    """Answer the first connections with ``first``, then pass all on to ``port``."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with caller:
                if first:
                    caller.recv(65536)
                    caller.sendall(first.pop(0))
                    continue
                with socket.create_connection(("127.0.0.1", port)) as server:
                    back = threading.Thread(target=pump, args=(server, caller))
                    back.start()
                    pump(caller, server)
                    back.join()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
SIGN_IN = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<p>Sign in</p>"


def through(example, monkeypatch, port: int) -> None:
    conn = example.api.connection("op").replace(str(example.api.port), str(port))
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", conn)


# --8<-- [start:network]
def test_a_lost_connection_and_a_busy_server_are_tried_again(example, monkeypatch):
    seed(example, "op", SCRIPT)
    with faulty_gateway(example.api.port, first=[b"", BUSY]) as port:
        through(example, monkeypatch, port)
        run = example.run("network")

    read = run.task("recent_runs")
    assert [error.partition(":")[0] for error in read.errors] == [
        "RemoteProtocolError",
        "HTTPStatusError",
    ]
    assert (read.state, read.try_number) == ("success", 3)
    assert run.value("by_origin")[0]["runs"] == 1
    # --8<-- [end:network]


# --8<-- [start:sign-in]
def test_a_sign_in_page_is_no_reason_to_try_again(example, monkeypatch):
    with faulty_gateway(example.api.port, first=[SIGN_IN]) as port:
        through(example, monkeypatch, port)
        run = example.run("sign-in-page")

    read = run.task("recent_runs")
    assert read.errors == ["JSONDecodeError: Expecting value: line 1 column 1 (char 0)"]
    assert (read.state, read.try_number, read.max_tries) == ("failed", 1, 2)
    # --8<-- [end:sign-in]


@pytest.mark.parametrize(("schema", "url"), [("https", "https://af:443"), ("", None)])
def test_the_address_comes_from_the_connection(example, schema, url):
    conn = example.module.Connection(conn_id="x", host="af", port=443, schema=schema)

    assert example.module.address(conn) == (url or "http://af:443")


def test_the_declarations_that_the_page_speaks_of(example):
    order, percent = (
        example.sibling("refund").params.get_param(name)
        for name in ("order_id", "percent")
    )
    assert (order.value, percent.value) == (1001, 100)
    assert order.schema == {
        "type": "integer",
        "enum": [1001, 1002, 1003],
        "title": "Order",
    }
    assert percent.schema == {"type": "integer", "minimum": 1, "maximum": 100}
    dag_id = example.dag.params.get_param("dag_id")
    assert (dag_id.value, dag_id.schema) == (REFUND, {"type": "string"})
    for dag in example.dags.values():
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    rule = example.module.ONLY_THE_NETWORK.rules[0]
    assert rule.retry_delay == timedelta(seconds=1)
    assert example.dag.get_task("recent_runs").downstream_task_ids == {
        "by_origin",
        "without_a_reason",
    }
