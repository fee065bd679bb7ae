"""Pausing by PATCH: a change, no change, and every way of being refused."""

import json
import os
import socket
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest

from dagbook.testing.log_trigger import when_logged

REMINDERS = "62_01_04_api_pause__reminders"
URL = f"/api/v2/dags/{REMINDERS}"


def is_paused(example) -> bool:
    return example.api.client("viewer").get(URL).json()["is_paused"]


def audit(example, user: str = "viewer") -> list[str]:
    rows = example.api.client(user).get(
        "/api/v2/eventLogs", params={"event": "patch_dag", "order_by": "when"}
    )
    return [
        f"{row['owner']} {row['dag_id'].partition('__')[2]} {row['extra']}"
        for row in rows.json()["event_logs"]
    ]


def log_in_with(example, **changes: object) -> None:
    """Give the task's connection another login, password or port."""
    example.api.export()
    conn = json.loads(os.environ["AIRFLOW_CONN_AIRFLOW_API"])
    os.environ["AIRFLOW_CONN_AIRFLOW_API"] = json.dumps(conn | changes)


# --8<-- [start:change]
def test_the_dag_is_paused_and_the_second_run_has_nothing_to_do(example):
    assert is_paused(example) is False

    run = example.run()

    assert run.value("set_paused") == {"was": False, "is_paused": True}
    assert run.value("read_back") is True
    assert is_paused(example) is True
    assert run.task("read_back").log == [
        'INFO last request by admin: {"update_mask": "is_paused", "is_paused": true, '
        '"method": "PATCH"}'
    ]

    again = example.run("again", logical_date=None)

    assert again.value("set_paused") == {"was": True, "is_paused": True}
    assert again.value("read_back") is True
    assert again.task("set_paused").log == [
        f"INFO {REMINDERS}: is_paused is True already"
    ]
    assert len(audit(example)) == 1  # two runs, one request to change something
    # --8<-- [end:change]
    assert run.task("set_paused").log == [f"INFO {REMINDERS}: set is_paused to True"]
    assert (run.state, again.state) == ("success", "success")


def test_false_unpauses(example):
    example.api.client("op").patch(URL, json={"is_paused": True})

    run = example.run("unpause", conf={"is_paused": False})

    assert run.value("set_paused") == {"was": True, "is_paused": False}
    assert run.value("read_back") is False
    assert run.task("read_back").log == [  # one line, and not that of op's request
        'INFO last request by admin: {"update_mask": "is_paused", "is_paused": false, '
        '"method": "PATCH"}'
    ]
    assert is_paused(example) is False
    assert example.dags.keys() == {example.stem, REMINDERS}


# --8<-- [start:answers]
def test_the_api_reads_is_paused_more_loosely_than_you_write_it(example):
    op = example.api.client("op")

    def answer(method: str, body: dict, **params: str) -> str:
        got = op.request(method, URL, json=body, params=params)
        if got.is_success:
            return f"{got.status_code}, is_paused is {got.json()['is_paused']}"
        detail = got.json()["detail"]
        why = detail if isinstance(detail, str) else detail[0]["msg"]
        return f"{got.status_code} {why}"

    assert example.scenario("answers").keep(
        "PATCH",
        {
            "is_paused: true": answer("PATCH", {"is_paused": True}),
            'is_paused: "no"': answer("PATCH", {"is_paused": "no"}),
            "is_paused: 1": answer("PATCH", {"is_paused": 1}),
            'is_paused: "maybe"': answer("PATCH", {"is_paused": "maybe"}),
            "paused: true": answer("PATCH", {"paused": True}),
            "with another mask": answer(
                "PATCH", {"is_paused": False}, update_mask="tags"
            ),
            "with PUT": answer("PUT", {"is_paused": False}),
        },
    ) == {
        "is_paused: true": "200, is_paused is True",
        'is_paused: "no"': "200, is_paused is False",
        "is_paused: 1": "200, is_paused is True",
        'is_paused: "maybe"': "422 Input should be a valid boolean, unable to "
        "interpret input",
        "paused: true": "422 Field required",
        "with another mask": "400 Only `is_paused` field can be updated through the "
        "REST API",
        "with PUT": "405 Method Not Allowed",
    }
    assert is_paused(example) is True
    # --8<-- [end:answers]


# --8<-- [start:attempts]
def test_the_audit_log_keeps_attempts_not_changes(example):
    s = example.scenario("attempts")
    op, viewer = (s.http(user, keep=["is_paused"]) for user in ("op", "viewer"))

    assert op.patch(URL, json={"is_paused": "maybe"}).status_code == 422
    tags = op.patch(URL, params={"update_mask": "tags"}, json={"is_paused": True})
    assert tags.status_code == 400
    assert op.patch(URL, json={"is_paused": False}).status_code == 200  # no change
    assert viewer.patch(URL, json={"is_paused": True}).status_code == 403

    assert s.keep("audit log", audit(example)) == [
        'op reminders {"is_paused": "maybe", "method": "PATCH"}',
        'op reminders {"update_mask": "tags", "is_paused": true, "method": "PATCH"}',
        'op reminders {"is_paused": false, "method": "PATCH"}',
    ]
    # --8<-- [end:attempts]


def test_a_paused_dag_still_takes_triggers(example):
    s = example.scenario("trigger-paused")
    op = s.http("op", keep=["is_paused", "run_type", "state"])
    op.patch(URL, json={"is_paused": True})

    run = op.post(f"{URL}/dagRuns", json={"logical_date": None})

    assert (run.status_code, run.json()["state"]) == (200, "queued")


# --8<-- [start:tokens]
def test_a_token_that_has_ended_is_401_and_a_damaged_one_403(example):
    good = example.api.token("op")
    claims = jwt.decode(good, options={"verify_signature": False})
    secret = os.environ["AIRFLOW__API_AUTH__JWT_SECRET"]
    ended = jwt.encode(claims | {"exp": claims["iat"] - 60}, secret, "HS512")

    def read(**how: object) -> str:
        answer = httpx.get(f"{example.api.url}{URL}", **how)
        return f"{answer.status_code} {answer.json().get('detail', 'ok')}"

    def bearer(token: str) -> str:
        return read(headers={"Authorization": f"Bearer {token}"})

    assert example.scenario("tokens").keep(
        "answers",
        {
            "the token": bearer(good),
            "none": read(),
            "user name and password": read(auth=("op", "op-of-the-harness")),
            "ended": bearer(ended),
            "damaged": bearer(good[:-2]),
        },
    ) == {
        "the token": "200 ok",
        "none": "401 Not authenticated",
        "user name and password": "401 Not authenticated",
        "ended": "401 Token Expired",
        "damaged": "403 Invalid JWT token",
    }
    # --8<-- [end:tokens]


# --8<-- [start:refusals]
def test_a_viewer_may_look_and_not_pause(example):
    example.api.export("viewer")
    run = example.run("viewer")

    assert run.task("set_paused").errors == [
        "AirflowFailException: 403 Forbidden: this user may not change the DAG, "
        "or the token is damaged"
    ]
    assert run.states["read_back"] == "upstream_failed"
    assert is_paused(example) is False


def test_a_wrong_password_is_not_tried_twice(example):
    log_in_with(example, password="wrong")
    run = example.run("wrong-password")

    set_paused = run.task("set_paused")
    assert set_paused.errors == [
        "AirflowFailException: 401 Invalid credentials: no token, or one that has "
        "ended: check connection airflow_api"
    ]
    assert (set_paused.try_number, set_paused.max_tries) == (1, 2)
    # --8<-- [end:refusals]


def test_an_unknown_dag(example):
    assert example.api
    run = example.run("unknown-dag", conf={"dag_id": "no_such_dag"})

    assert run.task("set_paused").try_number == 1
    assert run.task("set_paused").error.startswith("AirflowFailException: 404 ")
    assert run.task("set_paused").error.endswith(": there is no such DAG")
    nowhere, body = "/api/v2/dags/no_such_dag", {"is_paused": True}
    assert example.api.client("op").patch(nowhere, json=body).status_code == 404
    assert example.api.client("viewer").patch(nowhere, json=body).status_code == 403


def test_requests_of_airflow_2_and_a_bulk_request_without_a_pattern(example):
    s = example.scenario("old-habits")
    op, body = s.http("op", keep=["detail", "total_entries"]), {"is_paused": True}

    old = op.get(f"/api/v1/dags/{REMINDERS}")
    assert (old.status_code, "removed in Airflow 3" in old.text) == (404, True)
    bulk = op.patch("/api/v2/dags", params={"tags": "core"}, json=body)
    assert (bulk.status_code, bulk.json()["total_entries"]) == (200, 0)
    assert is_paused(example) is False


# --8<-- [start:server-away]
def test_a_server_that_does_not_answer_is_tried_again(example):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refuses connections
        log_in_with(example, port=nobody.getsockname()[1])
        run = example.run("server-away")

    assert (
        run.task("set_paused").errors
        == ["ConnectError: [Errno 111] Connection refused"] * 3
    )
    assert run.state == "failed"
    # --8<-- [end:server-away]


# --8<-- [start:flipped]
def test_somebody_else_flips_the_switch_in_between(example):
    op = example.api.client("op")

    def flip() -> None:
        op.patch(URL, json={"is_paused": False})

    with when_logged(example, "set is_paused to True", flip):
        run = example.run("flipped")

    assert run.value("set_paused")["is_paused"] is True
    read_back = run.task("read_back")
    assert read_back.error == "AirflowFailException: is_paused is False, wanted True"
    assert read_back.log == [
        'INFO last request by op: {"is_paused": false, "method": "PATCH"}'
    ]
    assert read_back.try_number == 1
    # --8<-- [end:flipped]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, None),
        (400, "AirflowFailException"),
        (401, "AirflowFailException"),
        (403, "AirflowFailException"),
        (404, "AirflowFailException"),
        (422, "AirflowFailException"),
        (429, "HTTPStatusError"),
        (503, "HTTPStatusError"),
    ],
)
def test_which_answers_are_worth_a_retry(example, status, error):
    answer = httpx.Response(
        status,
        json={"detail": "because"},
        request=httpx.Request("GET", "http://127.0.0.1"),
    )
    if error is None:
        assert example.module.checked(answer) == {"detail": "because"}
        return
    with pytest.raises(Exception, match=str(status)) as raised:
        example.module.checked(answer)
    assert type(raised.value).__name__ == error
    advice = example.module.HELP.get(status)
    assert advice is None or str(raised.value) == f"{status} because: {advice}"


@pytest.mark.parametrize(
    "conf", [{"is_paused": "no"}, {"dag_id": "../dags"}, {"dag_id": 7}, {"dag_id": ""}]
)
def test_the_params_are_stricter_than_the_api(example, conf):
    with pytest.raises(ValueError, match=next(iter(conf))):
        example.dag.test(run_conf=conf)


def test_the_reminders_themselves(example):
    def overdue(day: int) -> list[str]:
        morning = datetime(2026, 5, day, 7, tzinfo=UTC)
        run = example.run(f"may-{day}", role="reminders", run_after=morning)
        return run.value("overdue")

    late = [
        "R-201: 480.00, 45 days late",
        "R-214: 120.50, 28 days late",
        "R-230: 75.00, 14 days late",
    ]
    assert overdue(15) == late  # what is due today is not late
    assert overdue(16)[3:] == ["R-231: 310.00, 1 days late"]
    dag = example.sibling("reminders")
    assert dag.is_paused_upon_creation is False
    assert (dag.schedule, dag.catchup) == ("0 7 * * MON-FRI", False)
    assert dag.start_date == datetime(2026, 5, 1, tzinfo=UTC)


def test_the_dag_is_what_the_page_says(example):
    set_paused = example.dag.get_task("set_paused")
    assert set_paused.downstream_task_ids == {"read_back"}
    assert (set_paused.retries, set_paused.retry_delay) == (2, timedelta(seconds=1))
    assert set_paused.owner == "finance"
    assert (example.dag.schedule, example.dag.catchup) == (None, False)
    assert example.dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
