"""Ask for the run of an order twice, wrongly, and after an answer that got lost."""

import httpx
import pytest
from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

from dagbook.running.environment import PASSWORDS

RUNS = "/api/v2/dags/16_01_04_manual_trigger_subtask_4/dagRuns"
ORDER = {"order": "A-1", "pieces": 2}
BODY = {"dag_run_id": "order-A-1", "logical_date": None, "conf": ORDER}
UNIQUE = "Unique constraint violation"


# --8<-- [start:place]
def place(client: httpx.Client, order: dict) -> dict:
    run_id = f"order-{order['order']}"
    body = {"dag_run_id": run_id, "logical_date": None, "conf": order}
    answer = client.post(RUNS, json=body)
    if answer.status_code == 409:
        answer = client.get(f"{RUNS}/{run_id}")
    run = answer.raise_for_status().json()
    if run["conf"] != order:
        raise ValueError(f"{run_id} is taken by {run['conf']}")
    return run


# --8<-- [end:place]


def test_a_plain_trigger_loads_the_order_of_the_params(example):
    run = example.run(logical_date=None)

    assert run.value("report") == "2 pieces of order A-1 loaded"
    assert run.state == "success"


def test_the_same_request_again_is_409_and_the_run_tells_its_conf(example):
    again = example.scenario("again")
    with again.http("user", keep=["dag_run_id", "state", "conf"]) as client:
        first = client.post(RUNS, json=BODY, extensions={"name": "first"})
        second = client.post(RUNS, json=BODY, extensions={"name": "second"})
        run = client.get(f"{RUNS}/order-A-1", extensions={"name": "run"})
        total = client.get(RUNS).json()["total_entries"]
    with example.api.client("viewer") as client:
        dag = client.get(RUNS.removesuffix("/dagRuns")).json()

    assert (first.status_code, first.json()["state"]) == (200, "queued")
    assert second.status_code == 409
    assert again.keep("reason", second.json()["detail"]["reason"]) == UNIQUE
    assert run.json()["conf"] == ORDER
    assert total == 1
    assert (dag["is_paused"], dag["timetable_summary"]) == (False, None)


def test_other_requests(example):
    answers = {}
    with example.api.client("user") as client:

        def ask(case, **body):
            answer = client.post(RUNS, json={"logical_date": None} | body)
            answers[case] = str(answer.status_code)
            if not answer.is_success:
                detail = answer.json()["detail"]
                if isinstance(detail, list):
                    detail = detail[0]["msg"]
                elif isinstance(detail, dict):
                    detail = detail["reason"]
                answers[case] += f" {detail.splitlines()[0]}"
            return answer

        one, two = ask("no dag_run_id"), ask("no dag_run_id, again")
        assert one.json()["dag_run_id"] != two.json()["dag_run_id"]
        day = "2026-05-01T00:00:00Z"
        ask("a logical date", dag_run_id="order-A-2", logical_date=day)
        ask("the date, another id", dag_run_id="order-A-3", logical_date=day)
        for name in ("A/1", "A..1", "backfill__x", "manual__x"):
            ask(name, dag_run_id=name)
        ask("run_id in the body", run_id="order-A-4")
        ask("pieces 0", conf={"pieces": 0})
        ask("pieces as text", conf={"pieces": "2"})
        ask("a number as order", conf={"order": 7})

    assert answers.pop("A/1").startswith("400 The run_id provided 'A/1' does not match")
    assert example.scenario("answers").keep("answers", answers) == {
        "no dag_run_id": "200",
        "no dag_run_id, again": "200",
        "a logical date": "200",
        "the date, another id": f"409 {UNIQUE}",
        "A..1": "400 The run_id 'A..1' must not contain '..' to prevent path traversal",
        "backfill__x": "400 A manual DAG run cannot use ID 'backfill__x' since it is "
        "reserved for backfill runs",
        "manual__x": "200",
        "run_id in the body": "422 Extra inputs are not permitted",
        "pieces 0": "400 Invalid input for param pieces: "
        "0 is less than the minimum of 1",
        "pieces as text": "400 Invalid input for param pieces: "
        "'2' is not of type 'integer'",
        "a number as order": "400 Invalid input for param order: "
        "7 is not of type 'string'",
    }


def test_a_failed_run_keeps_its_id_until_it_is_cleared(example):
    with example.api.client("user") as client:
        place(client, ORDER)
        client.patch(f"{RUNS}/order-A-1", json={"state": "failed"}).raise_for_status()
        assert place(client, ORDER)["state"] == "failed"
        client.post(f"{RUNS}/order-A-1/clear", json={"dry_run": False})
        cleared = place(client, ORDER)

    assert (cleared["state"], cleared["conf"]) == ("queued", ORDER)


def test_a_plus_in_a_query_is_a_space(example):
    with example.api.client("user") as client:
        place(client, {"order": "A+1", "pieces": 1})
        raw = client.get(f"{RUNS}?run_id_pattern=order-A+1").json()
        built = client.get(RUNS, params={"run_id_pattern": "order-A+1"}).json()

    assert (raw["total_entries"], built["total_entries"]) == (0, 1)


def hang_up(answer: httpx.Response) -> None:
    """Lose an answer that the server has sent."""
    raise httpx.ReadError("the connection was cut")


def test_after_a_lost_answer_the_second_try_finds_the_run(example):
    lost = example.scenario("lost-answer")
    with example.api.client("user") as client:
        client.event_hooks = {"response": [hang_up]}
        with pytest.raises(httpx.ReadError):
            place(client, ORDER)
        client.event_hooks = {}
        run = place(client, ORDER)
        with pytest.raises(ValueError, match=r"^order-A-1 is taken by .*2\}$") as other:
            place(client, ORDER | {"pieces": 3})
        total = client.get(RUNS).json()["total_entries"]

    assert lost.keep("second try", [run["dag_run_id"], run["state"]]) == [
        "order-A-1",
        "queued",
    ]
    assert lost.keep("number of runs", total) == 1
    lost.keep("three pieces", f"ValueError: {other.value}")


@pytest.mark.parametrize(
    ("worn", "status", "detail"),
    [("expired", 401, "Token Expired"), ("revoked", 403, "Invalid JWT token")],
)
def test_a_worn_token_is_401_or_a_403_of_its_own(example, worn, status, detail):
    account = {"username": "user", "password": PASSWORDS["user"]}
    with example.api.client(None) as client:
        token = client.post("/auth/token", json=account).json()["access_token"]
        if worn == "expired":
            user = SimpleAuthManagerUser(username="user", role="user")
            token = get_auth_manager().generate_jwt(
                user, expiration_time_in_seconds=-60
            )
        client.headers["Authorization"] = f"Bearer {token}"
        if worn == "revoked":
            client.get("/api/v2/auth/logout")
        answer = client.post(RUNS, json=BODY)

    assert (answer.status_code, answer.json()["detail"]) == (status, detail)


def test_a_missing_permission_is_a_403_too(example):
    with example.api.client("viewer") as client:
        answer = client.post(RUNS, json=BODY)

    assert (answer.status_code, answer.json()["detail"]) == (403, "Forbidden")
