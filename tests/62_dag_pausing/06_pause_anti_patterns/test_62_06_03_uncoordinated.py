"""Two teams and one flag; two teams and a Variable each."""

import sqlite3
from contextlib import closing

import pytest

from dagbook.testing.scheduler import Decisions

STEM = "62_06_03_uncoordinated"
BAD = f"/api/v2/dags/{STEM}"
FIXED = f"{BAD}__fixed"
VARIABLES = "/api/v2/variables"
STOCK = {"key": "hold__sales__stock", "value": "inventory until 18:00"}
VENDOR = {"key": "hold__sales__vendor", "value": "new price list until 12:00"}
SKIPPED = {"may_load": "success", "extract": "skipped", "load": "skipped"}


@pytest.fixture
def op(example):
    assert example.dags
    with example.api.client("op") as client:
        yield client


def file_is_back(example) -> None:
    (example.scratch / f"{STEM}.db").touch()


def rows(example) -> list[int]:
    with closing(sqlite3.connect(example.scratch / f"{STEM}.db")) as db:
        return [amount for (amount,) in db.execute("SELECT amount FROM sales")]


def test_load_fails_while_the_file_is_away(example):
    run = example.run(logical_date=None)

    assert run.states == {"extract": "success", "load": "failed"}
    assert run.task("load").error == "OperationalError: unable to open database file"
    assert run.state == "failed"
    assert not (example.scratch / f"{STEM}.db").exists()


def test_last_write_of_the_flag_wins(example, op):
    op.patch(BAD, json={"is_paused": False}).raise_for_status()
    kept = example.scenario("toggled")
    answers = {}
    wishes = [("stock", True), ("vendor", True), ("vendor", False)]
    with kept.http("op", keep=["is_paused"]) as client:
        for number, (team, wish) in enumerate(wishes, 1):
            name = {"name": f"request-{number}"}
            answer = client.patch(BAD, json={"is_paused": wish}, extensions=name)
            answers[f"{number} {team} sends {wish}"] = answer.status_code
        read = client.get(BAD, extensions={"name": "read"}).json()
    fields = op.get(BAD).json()
    answers["4 is_paused afterwards"] = read["is_paused"]

    assert kept.keep("status of each PATCH", answers) == {
        "1 stock sends True": 200,
        "2 vendor sends True": 200,
        "3 vendor sends False": 200,
        "4 is_paused afterwards": False,
    }
    about = [name for name in fields if "pause" in name]
    assert kept.keep("fields of the DAG about the pause", about) == ["is_paused"]


def test_hold_of_a_team_skips_the_run(example, op):
    file_is_back(example)
    kept = example.scenario("held")
    with kept.http("op", keep=["key", "value"]) as client:
        name = {"name": "hold"}
        client.post(VARIABLES, json=STOCK, extensions=name).raise_for_status()
    run = example.run("held", role="fixed", logical_date=None)

    assert (run.state, run.states) == ("success", SKIPPED)
    assert run.task("may_load").log == [
        "INFO hold__sales__stock: inventory until 18:00"
    ]


def test_file_that_is_away_skips_the_run_too(example):
    run = example.run("file-away", role="fixed", logical_date=None)

    assert (run.state, run.states) == ("success", SKIPPED)


def test_two_holds_and_one_deleted_still_hold(example, op):
    file_is_back(example)
    for hold in (STOCK, VENDOR):
        op.post(VARIABLES, json=hold).raise_for_status()
    kept = example.scenario("one-released")
    with kept.http("op") as client:
        name = {"name": "release"}
        path = f"{VARIABLES}/{VENDOR['key']}"
        gone = client.delete(path, extensions=name)
    run = example.run("one-released", role="fixed", logical_date=None)

    assert (gone.status_code, run.states) == (204, SKIPPED)
    again = op.post(VARIABLES, json=STOCK)
    answer = (again.status_code, again.json()["detail"])
    assert answer == (
        409,
        "The Variable with key: `hold__sales__stock` already exists",
    )


def test_no_hold_loads_in_a_worker_process(example, op):
    file_is_back(example)
    op.patch(FIXED, json={"is_paused": False}).raise_for_status()
    op.post(VARIABLES, json=STOCK).raise_for_status()
    scheduler = Decisions()
    states = {}
    for number, run_id in ((1, "held"), (2, "released")):
        body = {"dag_run_id": run_id, "logical_date": None}
        op.post(f"{FIXED}/dagRuns", json=body).raise_for_status()
        for _ in range(3):
            scheduler.decide()
            scheduler.execute(example.sibling("fixed"))
        found = op.get(f"{FIXED}/dagRuns/{run_id}/taskInstances").json()
        by_id = {one["task_id"]: one["state"] for one in found["task_instances"]}
        states[f"{number} {run_id}"] = f"load {by_id['load']}"
        op.delete(f"{VARIABLES}/{STOCK['key']}")

    assert example.scenario("released").keep("state of load", states) == {
        "1 held": "load skipped",
        "2 released": "load success",
    }
    assert rows(example) == [20, 15, 7]
