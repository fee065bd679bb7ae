"""Place an order once, although requests, answers, tokens and patience get lost."""

from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import httpx
import jwt
import pytest
from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.sdk import RetryDecision

from dagbook.running.environment import PASSWORDS
from dagbook.testing.child_runs import executing
from dagbook.testing.proxy import door

RUNS = "/api/v2/dags/16_01_04_manual_trigger_subtask_4__packing/dagRuns"
PARCEL = {"order": "A-1042", "grams": 2 * 340 + 120 + 80}


class Door(BaseHTTPRequestHandler):
    """Forward everything to Airflow, but treat a POST of a run as ``faults`` says."""

    faults: list[str] = []
    airflow = ""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = ""
        if self.command == "POST" and self.path.endswith("/dagRuns") and self.faults:
            fault = self.faults.pop(0)
        if fault.isdigit():
            self.send_response(int(fault))
            self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(b"one moment\n")
            return
        sent = {k: v for k, v in self.headers.items() if k in {"Authorization"}}
        sent["Content-Type"] = "application/json"
        real = httpx.request(
            self.command, self.airflow + self.path, content=body, headers=sent
        )
        if fault == "cut":
            return  # Airflow has done it, and nobody will hear of it
        self.send_response(real.status_code)
        self.send_header("Content-Type", real.headers["Content-Type"])
        self.end_headers()
        self.wfile.write(real.content)

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, *args):
        pass


def faulty(example, *faults):
    """Let connection ``airflow_api`` lead through a door with ``faults``."""
    parts = {"faults": [*faults], "airflow": example.api.url}
    return door(type("D", (Door,), parts))


def packed(example):
    """Execute the runs of the packing DAG, as a scheduler and a worker would."""
    return executing([example.sibling("packing")])


# --8<-- [start:once]
def test_an_order_placed_twice_has_one_run(example):
    example.api.export("user")
    with packed(example):
        run = example.run(logical_date=None)

    assert run.value("place") == {"run_id": "order-A-1042", "created": True}
    assert run.value("parcel") == PARCEL
    assert run.value("place_again") == {"run_id": "order-A-1042", "created": False}
    assert [r["run_id"] for r in run.runs] == ["order-A-1042"]
    # --8<-- [end:once]
    assert run.runs[0]["conf"] == {
        "order": "A-1042",
        "items": {"mug": 2, "poster": 1},
    }
    assert run.runs[0]["logical_date"] is None
    assert run.runs[0]["state"] == "success"
    assert run.task("place_again").log == [
        "INFO order-A-1042 is there already, for the same items"
    ]
    assert run.state == "success"


# --8<-- [start:answer-lost]
def test_an_answer_that_is_lost_does_not_pack_the_order_again(example):
    with faulty(example, "cut"), packed(example):
        run = example.run("answer-lost", logical_date=None)

    place = run.task("place")
    assert [one["state"] for one in place.tries] == ["failed", "success"]
    assert place.error == (
        "UnavailableError: no answer to POST: "
        "Server disconnected without sending a response."
    )
    assert place.value == {"run_id": "order-A-1042", "created": False}
    assert len(run.runs) == 1
    assert run.state == "success"
    # --8<-- [end:answer-lost]
    assert run.value("parcel") == PARCEL


# --8<-- [start:busy]
def test_a_busy_server_says_when_to_come_back(example):
    with faulty(example, "503"), packed(example):
        run = example.run("busy", logical_date=None)

    place = run.task("place")
    assert place.errors == ["UnavailableError: 503 one moment"]
    assert place.log == ["WARNING again in 1 s: 503 one moment"]
    assert (place.try_number, place.max_tries) == (2, 3)
    assert place.value["created"] is True
    # --8<-- [end:busy]
    assert run.state == "success"


# --8<-- [start:other-items]
def test_the_same_order_with_other_items_is_a_conflict(example):
    with example.api.client() as client:
        there = {"order": "A-1042", "items": {"mug": 3}}
        body = {"dag_run_id": "order-A-1042", "logical_date": None, "conf": there}
        client.post(example.module.RUNS, json=body).raise_for_status()
    run = example.run("other-items", logical_date=None)

    place = run.task("place")
    assert place.error == (
        "ConflictError: order-A-1042 packs {'mug': 3}, not {'mug': 2, 'poster': 1}"
    )
    assert (place.try_number, place.max_tries) == (1, 3)
    assert run.runs[0]["conf"] == there
    # --8<-- [end:other-items]
    assert run.states == {
        "place": "failed",
        "parcel": "upstream_failed",
        "place_again": "upstream_failed",
    }


# --8<-- [start:too-heavy]
def test_a_failed_run_keeps_its_name(example):
    example.api.export("user")
    order = {"order": "A-9", "items": {"mug": 59}}
    with packed(example):
        run = example.run("too-heavy", conf=order, logical_date=None)

    parcel = run.task("parcel")
    assert parcel.error == (
        "RefusedError: the packing failed: clear that run, order no other"
    )
    assert (parcel.try_number, parcel.max_tries) == (1, 3)
    # --8<-- [end:too-heavy]
    scenario = example.scenario("too-heavy")
    again = {"dag_run_id": "order-A-9", "logical_date": None, "conf": order}
    with scenario.http("user", keep=[]) as user:
        assert user.post(example.module.RUNS, json=again).status_code == 409
    with scenario.http("user", keep=["dag_run_id", "state"]) as user:
        path = f"{example.module.RUNS}/order-A-9/clear"
        assert user.post(path, json={"dry_run": False}).json()["state"] == "queued"
    assert run.states["place_again"] == "upstream_failed"


@pytest.mark.parametrize(
    ("mugs", "stickers", "parcel", "error"),
    [
        (57, 180, {"order": "A-9", "grams": 20_000}, None),
        (58, 67, None, "AirflowFailException: 20001 g is too heavy to send"),
    ],
)
def test_a_parcel_weighs_at_most_20_kg(example, mugs, stickers, parcel, error):
    conf = {"order": "A-9", "items": {"mug": mugs, "sticker": stickers}}
    run = example.run(f"{mugs}-mugs", role="packing", conf=conf, logical_date=None)

    assert run.value("pack") == parcel
    assert run.task("pack").error == error
    assert run.state == ("failed" if error else "success")


# --8<-- [start:refused]
@pytest.mark.parametrize(
    ("scenario", "user", "items", "error"),
    [
        (
            "no-mugs",
            "user",
            {"mug": 0},
            "400 Invalid input for param items: 0 is less than the minimum of 1",
        ),
        ("not-allowed", "viewer", {"mug": 1}, "403 Forbidden"),
    ],
)
def test_a_refusal_is_not_repeated(example, scenario, user, items, error):
    example.api.export(user)
    run = example.run(scenario, conf={"items": items}, logical_date=None)

    place = run.task("place")
    assert place.error == f"RefusedError: {error}"
    assert (place.state, place.try_number, place.max_tries) == ("failed", 1, 3)
    assert run.runs == []
    # --8<-- [end:refused]
    assert run.states["place_again"] == "upstream_failed"


@pytest.mark.parametrize(
    ("order", "items", "error"),
    [
        ("A-1", {}, "400 Invalid input for param items: {} should be non-empty"),
        ("A-1", {"lamp": 1}, "400 .* 'lamp' is not one of .'mug', 'poster', 'sticker'"),
        ("A-1", {"mug": "two"}, "400 .* 'two' is not of type 'integer'"),
        ("A-1", ["mug"], r"400 .* \['mug'\] is not of type 'object'"),
        ("1042", {"mug": 1}, r"400 .* param order: '1042' does not match '\^\[A-Z\]"),
        ("A-1x", {"mug": 1}, "400 .* param order: 'A-1x' does not match"),
        (7, {"mug": 1}, "400 .* param order: 7 is not of type 'string'"),
        ("A/1", {"mug": 1}, "400 The run_id provided 'order-A/1' does not match regex"),
    ],
)
def test_the_packing_dag_refuses_what_it_cannot_pack(example, order, items, error):
    with example.api.client("user") as client:
        with pytest.raises(example.module.RefusedError, match=error):
            example.module.place_order(client, order, items)
        assert client.get(example.module.RUNS).json()["total_entries"] == 0


# --8<-- [start:no-name]
def test_without_a_name_the_second_request_is_a_second_order(example):
    body = {"logical_date": None, "conf": {"order": "A-7", "items": {"mug": 1}}}
    scenario = example.scenario("no-name")
    with scenario.http("user", keep=["dag_run_id", "total_entries"]) as shop:
        for _ in range(2):
            assert shop.post(example.module.RUNS, json=body).status_code == 200
        assert shop.get(example.module.RUNS).json()["total_entries"] == 2
    # --8<-- [end:no-name]


def test_what_the_endpoint_answers(example):
    example.api.export("user")
    runs = RUNS.replace("__packing", "")  # a DAG that needs no conf
    named = {"dag_run_id": "order-A-7+2"}
    day = {"logical_date": "2026-05-01T00:00:00Z"}
    keep = ["dag_run_id", "logical_date", "detail"]
    with example.scenario("answers").http("user", keep=keep) as shop:
        assert shop.post(runs, json=named).json()["detail"][0] == {
            "type": "missing",
            "loc": ["body", "logical_date"],
            "msg": "Field required",
            "input": named,
        }
        assert shop.post(runs, json=named | day).status_code == 200
        same_name = shop.post(runs, json=named | {"logical_date": None})
        same_date = shop.post(runs, json=day | {"dag_run_id": "order-A-8"})
        for answer in (same_name, same_date):
            assert answer.status_code == 409
            assert answer.json()["detail"]["reason"] == "Unique constraint violation"
    with example.scenario("plus").http(
        "user", keep=["dag_run_id", "total_entries"]
    ) as shop:
        assert shop.get(f"{runs}/order-A-7+2").status_code == 200
        assert shop.get(f"{runs}/order-A-7%2B2").status_code == 200
        query = f"{runs}?run_id_pattern=order-A-7"
        assert shop.get(f"{query}+2").json()["total_entries"] == 0
        assert shop.get(f"{query}%2B2").json()["total_entries"] == 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"dag_run_id": "scheduled__A-7"}, 400, "reserved for scheduled runs"),
        ({"run_id": "order-A-7"}, 422, "Extra inputs are not permitted"),
    ],
)
def test_names_that_the_endpoint_does_not_take(example, body, status, words):
    with example.api.client("user") as shop:
        answer = shop.post(
            RUNS.replace("__packing", ""), json=body | {"logical_date": None}
        )
    assert answer.status_code == status
    assert words in answer.text


def test_a_misspelt_filter_finds_everything(example):
    with example.api.client("user") as shop:
        example.module.place_order(shop, "A-1", {"mug": 1})
        found = shop.get(RUNS, params={"run_id": "order-A-2"}).json()
    assert [run["dag_run_id"] for run in found["dag_runs"]] == ["order-A-1"]


# --8<-- [start:tokens]
@pytest.mark.parametrize(
    ("scenario", "status", "detail"),
    [
        ("expired", 401, "Token Expired"),
        ("revoked", 403, "Invalid JWT token"),
        ("signed-with-another-secret", 403, "Invalid JWT token"),
    ],
)
def test_a_worn_token_costs_one_log_in(example, scenario, status, detail):
    kept = example.scenario(scenario)
    with kept.http(None, keep=["detail", "total_entries"]) as client:
        client.auth = example.module.Login("user", PASSWORDS["user"])
        client.auth.token = worn_token(example, scenario)
        assert client.get(RUNS).json()["total_entries"] == 0
        assert client.get(RUNS).json()["total_entries"] == 0

    assert kept.exchanges[0]["response"] == {"detail": detail}
    assert [(e["request"], e["status"]) for e in kept.exchanges] == [
        (f"GET {RUNS}", status),
        ("POST /auth/token", 201),
        (f"GET {RUNS}", 200),
        (f"GET {RUNS}", 200),
    ]
    # --8<-- [end:tokens]


def test_a_permission_that_is_missing_costs_no_second_log_in(example):
    login = example.module.Login("viewer", PASSWORDS["viewer"])
    seen = []
    hooks = {"response": [lambda r: seen.append(r.status_code)]}
    with httpx.Client(
        base_url=example.api.url, auth=login, event_hooks=hooks
    ) as client:
        with pytest.raises(example.module.RefusedError, match="^403 Forbidden$"):
            example.module.place_order(client, "A-1", {"mug": 1})
        assert seen == [201, 403]


def test_a_wrong_password_is_a_refusal(example):
    login = example.module.Login("user", "not the password")
    with (
        httpx.Client(base_url=example.api.url, auth=login) as client,
        pytest.raises(example.module.RefusedError, match="^401 Invalid credentials$"),
    ):
        example.module.place_order(client, "A-1", {"mug": 1})


@pytest.mark.parametrize(
    ("status", "headers", "error", "wait"),
    [
        (400, {}, "RefusedError", None),
        (428, {}, "RefusedError", None),
        (429, {"Retry-After": "30"}, "UnavailableError", 30),
        (430, {}, "RefusedError", None),
        (499, {"Retry-After": "30"}, "RefusedError", None),
        (500, {}, "UnavailableError", 2),
        (504, {"Retry-After": "5"}, "UnavailableError", 5),
    ],
)
def test_the_status_decides_whether_to_ask_again(example, status, headers, error, wait):
    answer = httpx.Response(status, headers=headers, text="no\nmore")
    with pytest.raises(getattr(example.module, error), match="no$") as raised:
        example.module.checked(answer)

    assert str(raised.value) == f"{status} no"
    decision = example.module.AsTheErrorSays().evaluate(raised.value, 1, 3)
    if wait is None:
        assert decision == RetryDecision.fail()
    else:
        assert decision == RetryDecision.retry(timedelta(seconds=wait))


def test_errors_of_other_kinds_are_left_to_airflow(example):
    default = RetryDecision.default()
    assert example.module.AsTheErrorSays().evaluate(KeyError("x"), 1, 3) == default
    assert example.module.UnavailableError("silence").wait == 2
    good = httpx.Response(204)
    assert example.module.checked(good) is good


def test_the_shop_waits_ten_minutes_in_one_try(example):
    parcel = example.dag.get_task("parcel")
    assert (parcel.mode, parcel.poke_interval, parcel.timeout) == ("poke", 1, 600)
    assert parcel.upstream_task_ids == {"place"}
    assert parcel.downstream_task_ids == {"place_again"}
    for task in example.dag.tasks:
        assert task.retry_delay == timedelta(seconds=2)
    for dag in example.dags.values():
        assert dag.schedule is None
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert example.sibling("packing").is_paused_upon_creation is False


def worn_token(example, how):
    """Return a token of user ``user`` that Airflow does not take any more."""
    if how == "expired":
        assert example.api.url
        user = SimpleAuthManagerUser(username="user", role="user")
        return get_auth_manager().generate_jwt(user, expiration_time_in_seconds=-60)
    account = {"username": "user", "password": PASSWORDS["user"]}
    with httpx.Client(base_url=example.api.url) as client:
        token = client.post("/auth/token", json=account).json()["access_token"]
        if how == "revoked":
            sent = {"Authorization": f"Bearer {token}"}
            client.get("/api/v2/auth/logout", headers=sent)
            return token
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, "the secret before the last restart " * 2, "HS512")
