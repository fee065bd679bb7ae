"""Pausing by PATCH: the request that works, loose booleans, tokens, old requests."""

import json
import os

import httpx
import jwt

from dagbook.running.environment import PASSWORDS

STEM = "62_01_04_api_pause"
URL = f"/api/v2/dags/{STEM}"
MASK = {"update_mask": "is_paused"}


def is_paused(example) -> bool:
    return example.api.client("viewer").get(URL).json()["is_paused"]


def said(answer: httpx.Response) -> str:
    """Return the status and what the answer says, in a line."""
    body = answer.json()
    detail = body.get("detail", f"is_paused: {body.get('is_paused')}")
    text = detail if isinstance(detail, str) else detail[0]["msg"]
    return f"{answer.status_code} {text}"


def test_dag_loads_the_orders(example):
    run = example.run()

    assert (run.state, run.value("load")) == ("success", 3)
    days = [row["run_after"] for row in example.ticks("2025-12-01T00:00:00Z", 2)]
    assert days == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]
    assert example.dag.catchup is False


def test_patch_with_a_token_pauses_and_unpauses(example):
    s = example.scenario("paused")
    login = s.http(None, keep=["access_token"]).post(
        "/auth/token",
        json={"username": "op", "password": PASSWORDS["op"]},
        extensions={"name": "login"},
    )
    assert login.status_code == 201
    bearer = {"Authorization": f"Bearer {login.json()['access_token']}"}
    assert httpx.get(example.api.url + URL, headers=bearer).status_code == 200

    example.api.client("admin").patch(URL, json={"is_paused": False})
    op = s.http("op", keep=["dag_id", "is_paused"])
    paused = op.patch(
        URL, params=MASK, json={"is_paused": True}, extensions={"name": "pause"}
    )
    assert (paused.status_code, paused.json()["is_paused"]) == (200, True)
    read = op.get(URL, extensions={"name": "read-back"})
    assert (read.status_code, read.json()["is_paused"]) == (200, True)
    unpaused = op.patch(URL, json={"is_paused": False}, extensions={"name": "unpause"})
    assert (unpaused.status_code, unpaused.json()["is_paused"]) == (200, False)
    assert is_paused(example) is False


def test_is_paused_takes_more_than_a_boolean(example):
    op = example.api.client("op")

    def send(body: dict) -> str:
        return said(op.patch(URL, params=MASK, json=body))

    bodies = [
        {"is_paused": "no"},
        {"is_paused": 1},
        {"is_paused": "maybe"},
        {"paused": False},
        {"is_paused": False, "tags": []},
    ]
    assert example.scenario("booleans").keep(
        "answers", {json.dumps(body): send(body) for body in bodies}
    ) == {
        '{"is_paused": "no"}': "200 is_paused: False",
        '{"is_paused": 1}': "200 is_paused: True",
        '{"is_paused": "maybe"}': "422 Input should be a valid boolean, unable to "
        "interpret input",
        '{"paused": false}': "422 Field required",
        '{"is_paused": false, "tags": []}': "422 Extra inputs are not permitted",
    }
    assert is_paused(example) is True  # as the last answer with 200 said
    other = op.patch(URL, params={"update_mask": "tags"}, json={"is_paused": False})
    assert said(other).startswith("400 Only `is_paused` field can be updated")


def test_ended_token_is_401_and_damaged_token_403(example):
    op = example.api.token("op")
    secret = os.environ["AIRFLOW__API_AUTH__JWT_SECRET"]
    claims = jwt.decode(op, options={"verify_signature": False})
    ended = jwt.encode(claims | {"exp": claims["iat"] - 60}, secret, "HS512")
    before = is_paused(example)

    def send(token: str = "", **how) -> str:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url, body = example.api.url + URL, {"is_paused": not before}
        return said(httpx.patch(url, json=body, headers=headers, **how))

    def login(password: str) -> str:
        body = {"username": "op", "password": password}
        answer = httpx.post(f"{example.api.url}/auth/token", json=body)
        return f"{answer.status_code} {answer.json().get('detail', 'access_token')}"

    assert example.scenario("tokens").keep(
        "answers",
        {
            "login": login(PASSWORDS["op"]),
            "login, wrong password": login("wrong"),
            "pause, no token": send(),
            "pause, user name and password": send(auth=("op", PASSWORDS["op"])),
            "pause, token has ended": send(ended),
            "pause, token is damaged": send(op[:-2]),
        },
    ) == {
        "login": "201 access_token",
        "login, wrong password": "401 Invalid credentials",
        "pause, no token": "401 Not authenticated",
        "pause, user name and password": "401 Not authenticated",
        "pause, token has ended": "401 Token Expired",
        "pause, token is damaged": "403 Invalid JWT token",
    }
    assert is_paused(example) is before


def test_viewer_may_read_and_not_pause(example):
    before = is_paused(example)

    for user, status in {"viewer": 403, "user": 200, "op": 200}.items():
        client = example.api.client(user)
        assert client.get(URL).status_code == 200
        answer = client.patch(URL, json={"is_paused": before})
        assert answer.status_code == status


def test_api_v1_is_gone(example):
    before = is_paused(example)
    op = example.scenario("old-habits").http("op", keep=["detail", "error"])

    read = op.get(f"/api/v1/dags/{STEM}", extensions={"name": "read-v1"})
    assert (read.status_code, "removed in Airflow 3" in read.text) == (404, True)
    body = {"is_paused": not before}
    pause = op.patch(f"/api/v1/dags/{STEM}", json=body, extensions={"name": "v1"})
    assert (pause.status_code, pause.json()["detail"]) == (405, "Method Not Allowed")
    assert is_paused(example) is before
