"""Four kinds of test for code that pauses DAGs."""

import json

import httpx
import pytest
from airflow.dag_processing.dagbag import DagBag

STEM = "62_05_05_pause_testing"
ORDERS = f"/api/v2/dags/{STEM}__orders"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded, with the orders active."""
    assert example.dag
    with example.api.client("op") as client:
        client.patch(ORDERS, json={"is_paused": False}).raise_for_status()
        yield client


@pytest.fixture
def set_paused(example):
    """Return the function of the DAG file; a test of yours imports it."""
    return example.module.set_paused


# --8<-- [start:answer]
def test_a_refusal_fails_the_task(set_paused):
    refuse = httpx.MockTransport(lambda request: httpx.Response(403))
    client = httpx.Client(transport=refuse, base_url="http://airflow/api/v2")
    with pytest.raises(httpx.HTTPStatusError):
        set_paused(client, "orders", True)


# --8<-- [end:answer]


# --8<-- [start:request]
def test_the_request_names_the_dag_and_the_flag(set_paused):
    sent = []
    accept = httpx.MockTransport(lambda request: sent.append(request) or ANSWER)
    client = httpx.Client(transport=accept, base_url="http://airflow/api/v2")
    set_paused(client, "orders", True)
    [request] = sent
    assert (request.method, request.url.path) == ("PATCH", "/api/v2/dags/orders")
    assert json.loads(request.content) == {"is_paused": True}


# --8<-- [end:request]
ANSWER = httpx.Response(200)


@pytest.mark.parametrize(("bad", "pauses"), [(0, False), (1, False), (2, True)])
def test_more_than_a_tenth_pauses_against_the_real_api(example, op, bad, pauses):
    name = {0: "none bad", 1: "default", 2: "two bad"}[bad]
    run = example.run(name, logical_date=None, conf={"bad": bad})

    assert (run.state, run.value("pause_if_bad")) == ("success", pauses)
    paused = op.get(ORDERS).json()["is_paused"]
    kept = example.scenario(name)
    assert kept.keep("is the DAG of orders paused", paused) is pauses


def test_dag_test_runs_a_dag_that_is_paused(example, op):
    op.patch(ORDERS, json={"is_paused": True}).raise_for_status()
    run = example.run("paused anyway", role="orders", logical_date=None)

    assert (run.state, run.value("load")) == ("success", [20, 15, 7])
    assert op.get(ORDERS).json()["is_paused"] is True


# --8<-- [start:ci]
def active_at_creation(folder: str) -> list[str]:
    bag = DagBag(folder)
    assert bag.import_errors == {}
    dags = bag.dags.values()
    return [one.dag_id for one in dags if one.is_paused_upon_creation is False]


# --8<-- [end:ci]


def test_no_dag_starts_active_by_accident(example):
    file = example.scratch / "dags" / "copy.py"
    file.parent.mkdir()
    text = example.paths.dag.read_text()
    file.write_text(text)
    assert active_at_creation(str(file)) == []

    assert text.count("dag_id=ORDERS,") == 1
    active = "dag_id=ORDERS, is_paused_upon_creation=False,"
    file.write_text(text.replace("dag_id=ORDERS,", active))
    found = active_at_creation(str(file))
    assert example.scenario("ci").keep("active at creation", found) == [
        f"{STEM}__orders"
    ]
