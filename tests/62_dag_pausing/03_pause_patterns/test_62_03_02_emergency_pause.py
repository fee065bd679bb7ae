"""Pausing all DAGs, all but the critical ones, and the way back."""

import json
from pathlib import Path

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "62_03_02_emergency_pause"
SALES, PAYMENTS = STEM, f"{STEM}__payments"
RUNS = f"/dags/{SALES}/dagRuns"


# --8<-- [start:answer]
def stop(client, file: Path, page: int = 100) -> None:
    dags, ask = [], {"paused": False, "limit": page}
    while new := client.get("/dags", params=ask | {"offset": len(dags)}).json()["dags"]:
        dags += new
    tags = {one["dag_id"]: [tag["name"] for tag in one["tags"]] for one in dags}
    ids = [dag_id for dag_id in tags if "critical" not in tags[dag_id]]
    file.write_text(json.dumps(ids))  # for the recovery, before the first pause
    answers = [client.patch(f"/dags/{i}", json={"is_paused": True}) for i in ids]
    for answer in answers:
        answer.raise_for_status()


# --8<-- [end:answer]


# --8<-- [start:recover]
def recover(client, file: Path) -> None:
    for dag_id in json.loads(file.read_text()):
        body = {"is_paused": False}
        client.patch(f"/dags/{dag_id}", json=body).raise_for_status()


# --8<-- [end:recover]


@pytest.fixture
def op(example):
    assert example.dag
    with example.api.client("op") as client:
        client.base_url = f"{example.api.url}/api/v2"
        yield client


def pause(op, dag_id: str, paused: bool) -> None:
    op.patch(f"/dags/{dag_id}", json={"is_paused": paused}).raise_for_status()


def states(op) -> dict[str, str]:
    found = op.get("/dags", params={"order_by": "dag_id"}).json()["dags"]
    return {one["dag_id"]: "paused" if one["is_paused"] else "active" for one in found}


def test_plain_trigger_loads_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_all_but_the_critical_dag_stop_and_come_back(example, op):
    kept = example.scenario("except-critical")
    file = example.scratch / "stopped.json"
    for dag_id in (SALES, PAYMENTS):
        pause(op, dag_id, False)
    stop(op, file)
    assert kept.keep("DAGs after stop", states(op)) == {
        SALES: "paused",
        PAYMENTS: "active",
    }
    assert kept.keep("stopped.json", json.loads(file.read_text())) == [SALES]
    Decisions().decide()
    assert op.get(RUNS).json()["total_entries"] == 0

    recover(op, file)
    assert states(op) == {SALES: "active", PAYMENTS: "active"}
    Decisions().decide()
    runs = [run["run_type"] for run in op.get(RUNS).json()["dag_runs"]]
    assert kept.keep("runs of the sales after recover", runs) == ["scheduled"]


def test_dag_that_was_paused_before_is_not_in_the_list(example, op):
    file = example.scratch / "stopped.json"
    pause(op, SALES, True)
    pause(op, PAYMENTS, False)
    stop(op, file)
    recover(op, file)

    assert json.loads(file.read_text()) == []
    assert states(op) == {SALES: "paused", PAYMENTS: "active"}


def test_list_is_longer_than_a_page(example, op):
    file, asked = example.scratch / "stopped.json", []
    for dag_id in (SALES, PAYMENTS):
        pause(op, dag_id, False)
    listens = op.event_hooks["request"]
    op.event_hooks["request"] = [*listens, lambda sent: asked.append(sent.url.params)]
    stop(op, file, page=1)

    assert [ask["offset"] for ask in asked if "offset" in ask] == ["0", "1", "2"]
    assert json.loads(file.read_text()) == [SALES]


def test_one_request_stops_all_and_the_critical_one_too(example, op):
    kept = example.scenario("all")
    pause(op, SALES, False)
    pause(op, PAYMENTS, True)  # somebody has paused it before
    seen = {"1 before": states(op)[PAYMENTS]}
    with kept.http("op", keep=["total_entries"]) as client:
        answer = client.patch(
            "/api/v2/dags",
            params={"dag_id_pattern": "~"},
            json={"is_paused": True},
            extensions={"name": "stop-all"},
        )
        assert (answer.status_code, answer.json()["total_entries"]) == (200, 2)
        assert states(op) == {SALES: "paused", PAYMENTS: "paused"}
        client.patch(
            "/api/v2/dags",
            params={"dag_id_pattern": "~", "tags": "critical"},
            json={"is_paused": False},
            extensions={"name": "start-critical"},
        ).raise_for_status()
    seen["2 after both requests"] = states(op)[PAYMENTS]

    assert kept.keep("payments, paused by a person before", seen) == {
        "1 before": "paused",
        "2 after both requests": "active",
    }
