"""Requests that should pause a DAG: those that do, and how the others are refused."""

import httpx
import pytest

from dagbook.running.environment import USERS

STEM = "62_08_03_api_debugging"
PATH = f"/api/v2/dags/{STEM}"
TRUE = {"is_paused": True}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded, with the DAG active."""
    assert example.dag
    with example.api.client("op") as client:
        client.patch(PATH, json={"is_paused": False}).raise_for_status()
        yield client


def said(answer: httpx.Response) -> str:
    """Return status and text of a refusal; of a 422 place and message."""
    detail = answer.json()["detail"]
    if isinstance(detail, list):
        place = ".".join(map(str, detail[0]["loc"]))
        detail = f"{place}: {detail[0]['msg']}"
    return f"{answer.status_code} {detail}"


def test_plain_trigger_loads_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_the_request_that_works(example, op):
    kept = example.scenario("works")
    with kept.http("op", keep=["is_paused"]) as client:
        answer = client.patch(PATH, json=TRUE, extensions={"name": "pause"})
    assert (answer.status_code, answer.json()["is_paused"]) == (200, True)


def test_a_wrong_id_path_method_mask_or_body(example, op):
    many = f"{PATH}?update_mask=description"
    sent = {
        "1 PATCH an id that is not there": op.patch("/api/v2/dags/nope", json=TRUE),
        "2 POST": op.post(PATH, json=TRUE),
        "3 PATCH with a slash at the end": op.patch(f"{PATH}/", json=TRUE),
        "4 PATCH /api/v1": op.patch(f"/api/v1/dags/{STEM}", json=TRUE),
        "5 PATCH with another mask": op.patch(many, json=TRUE),
    }
    found = {name: said(answer) for name, answer in sent.items()}
    kept = example.scenario("refused")
    assert kept.keep("status and detail", found) == {
        "1 PATCH an id that is not there": "404 Dag with id: nope was not found",
        "2 POST": "405 Method Not Allowed",
        "3 PATCH with a slash at the end": "405 Method Not Allowed",
        "4 PATCH /api/v1": "405 Method Not Allowed",
        "5 PATCH with another mask": (
            "400 Only `is_paused` field can be updated through the REST API"
        ),
    }
    assert op.get(PATH).json()["is_paused"] is False


def test_no_token_and_a_wrong_password(example, op):
    with httpx.Client(base_url=example.api.url) as nobody:
        login = {"username": "op", "password": STEM}
        sent = {
            "1 no token": nobody.patch(PATH, json=TRUE),
            "2 basic auth": nobody.patch(PATH, json=TRUE, auth=("op", "op")),
            "3 wrong password": nobody.post("/auth/token", json=login),
        }
    found = {name: said(answer) for name, answer in sent.items()}
    assert example.scenario("tokens").keep("status and detail", found) == {
        "1 no token": "401 Not authenticated",
        "2 basic auth": "401 Not authenticated",
        "3 wrong password": "401 Invalid credentials",
    }


def test_roles_that_may_pause(example, op):
    found = {}
    for number, user in enumerate(USERS, 1):
        with example.api.client(user) as client:
            there = client.patch(PATH, json=TRUE).status_code
            gone = client.patch("/api/v2/dags/nope", json=TRUE).status_code
        found[f"{number} {user}"] = f"this DAG {there}, an unknown id {gone}"
    assert example.scenario("roles").keep("status by role", found) == {
        "1 viewer": "this DAG 403, an unknown id 403",
        "2 user": "this DAG 200, an unknown id 404",
        "3 op": "this DAG 200, an unknown id 404",
        "4 admin": "this DAG 200, an unknown id 404",
    }


def test_five_bodies_that_are_no_flag(example, op):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = {
        "1 {}": op.patch(PATH, json={}),
        '2 {"is_paused": null}': op.patch(PATH, json={"is_paused": None}),
        '3 {"is_paused": true, "x": 1}': op.patch(PATH, json=TRUE | {"x": 1}),
        "4 without the JSON header": op.patch(PATH, content=b'{"is_paused": true}'),
        "5 a form": op.patch(PATH, content=b"is_paused=true", headers=form),
    }
    found = {name: said(answer) for name, answer in sent.items()}
    no_object = (
        "422 body: Input should be a valid dictionary or object to extract fields from"
    )
    assert example.scenario("bodies").keep("status, place and message", found) == {
        "1 {}": "422 body.is_paused: Field required",
        '2 {"is_paused": null}': "422 body.is_paused: Input should be a valid boolean",
        '3 {"is_paused": true, "x": 1}': "422 body.x: Extra inputs are not permitted",
        "4 without the JSON header": no_object,
        "5 a form": no_object,
    }
    assert op.get(PATH).json()["is_paused"] is False
