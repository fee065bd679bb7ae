"""Pause states written to a file, compared, and restored."""

import json
from pathlib import Path

import pytest

STEM = "62_04_03_export_import"
SALES, REFUNDS = STEM, f"{STEM}__refunds"


# --8<-- [start:answer]
def states(client) -> dict[str, bool]:
    dags, ask = [], {"limit": 100, "order_by": "dag_id"}
    while new := client.get("/dags", params=ask | {"offset": len(dags)}).json()["dags"]:
        dags += new
    return {one["dag_id"]: one["is_paused"] for one in dags}


def save(client, file: Path) -> None:
    file.write_text(json.dumps(states(client), indent=2))


# --8<-- [end:answer]


# --8<-- [start:differences]
def differences(client, file: Path) -> dict[str, bool]:
    saved, now = json.loads(file.read_text()), states(client)
    return {dag_id: flag for dag_id, flag in saved.items() if now.get(dag_id) != flag}


# --8<-- [end:differences]


# --8<-- [start:restore]
def restore(client, file: Path) -> list[str]:
    unknown = []
    for dag_id, flag in differences(client, file).items():
        answer = client.patch(f"/dags/{dag_id}", json={"is_paused": flag})
        if answer.status_code == 404:
            unknown.append(dag_id)
        else:
            answer.raise_for_status()
    return unknown  # a script ends with sys.exit(1) if there are any


# --8<-- [end:restore]


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded, with the states of the file."""
    assert example.dag
    with example.api.client("op") as client:
        client.base_url = f"{example.api.url}/api/v2"
        pause(client, {SALES: False, REFUNDS: True})
        yield client


@pytest.fixture
def file(example, op) -> Path:
    """Return a file with the states that the DAGs have at the beginning."""
    save(op, example.scratch / "pause.json")
    return example.scratch / "pause.json"


def pause(client, flags: dict[str, bool]) -> None:
    for dag_id, flag in flags.items():
        body = {"is_paused": flag}
        client.patch(f"/dags/{dag_id}", json=body).raise_for_status()


def patches(op) -> int:
    query = {"event": "patch_dag", "limit": 1}
    return op.get("/eventLogs", params=query).json()["total_entries"]


def test_plain_trigger_loads_the_sales(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_the_file_has_the_flag_of_each_dag(example, file):
    saved = json.loads(file.read_text())
    assert example.scenario("saved").keep("pause.json", saved) == {
        SALES: False,
        REFUNDS: True,
    }


def test_differences_are_told_and_nothing_changes(example, op, file):
    pause(op, {SALES: True})
    before = patches(op)
    found = differences(op, file)
    assert example.scenario("compared").keep("differences", found) == {SALES: False}
    assert patches(op) == before


def test_restore_sends_a_request_for_each_difference(example, op, file):
    pause(op, {SALES: True, REFUNDS: False})
    before = patches(op)
    assert restore(op, file) == []
    after = states(op)
    kept = example.scenario("restored")
    assert kept.keep("states after the restore", after) == {SALES: False, REFUNDS: True}
    first, again = patches(op) - before, 0
    assert (restore(op, file), patches(op) - before - first) == ([], again)
    assert kept.keep("requests of two calls", [first, again]) == [2, 0]


def test_an_unknown_dag_is_told_and_the_rest_restored(example, op, file):
    saved = {"gone": True} | json.loads(file.read_text())
    file.write_text(json.dumps(saved))
    pause(op, {REFUNDS: False})
    unknown = restore(op, file)
    assert example.scenario("unknown").keep("unknown DAGs", unknown) == ["gone"]
    assert states(op) == {SALES: False, REFUNDS: True}
    with example.scenario("unknown").http("op", keep=["detail"]) as client:
        body, name = {"is_paused": True}, {"name": "unknown"}
        path = "/api/v2/dags/gone"
        answer = client.patch(path, json=body, extensions=name)
    assert answer.json()["detail"] == "Dag with id: gone was not found"


def test_a_dag_that_the_file_lacks_stays_as_it_is(op, file):
    file.write_text(json.dumps({SALES: False}))
    pause(op, {SALES: True, REFUNDS: False})
    assert restore(op, file) == []
    assert states(op) == {SALES: False, REFUNDS: False}
