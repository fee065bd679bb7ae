"""One run per store: its conf, its rows, its limits, and how to find it."""

import sqlite3
from contextlib import closing

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

CHILD = "/api/v2/dags/16_14_02_multi_tenant_run_management__store"
STORES = {"berlin": {"currency": "EUR"}, "oslo": {"currency": "NOK"}}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def children(run) -> dict[str, dict]:
    """Return the child runs by the first part of their run ids."""
    return {one["run_id"].split("-")[0]: one for one in run.runs}


def trigger(op, *run_ids: str) -> None:
    """Trigger child runs, due one after the other, and unpause their DAG."""
    for hour, run_id in enumerate(run_ids):
        store = run_id.split("-")[0]
        body = {
            "dag_run_id": run_id,
            "logical_date": None,
            "run_after": f"2026-05-01T0{hour}:00:00Z",
            "conf": {"store": store, **STORES[store]},
        }
        op.post(f"{CHILD}/dagRuns", json=body).raise_for_status()
    op.patch(CHILD, json={"is_paused": False}).raise_for_status()


def test_one_child_run_per_store_with_its_conf(example):
    run = example.run(logical_date=None)

    assert run.states == {"start[0]": "success", "start[1]": "success"}
    made = children(run)
    assert {store: one["conf"] for store, one in made.items()} == {
        store: {"store": store, **settings} for store, settings in STORES.items()
    }
    assert {one["run_id"] for one in made.values()} == {
        f"{store}-{run.run_id}" for store in STORES
    }
    assert {one["logical_date"] for one in made.values()} == {None}


def test_each_store_has_its_rows_in_its_database(example, op):
    run = example.run("stores", logical_date=None)
    returned = {}
    for store, one in sorted(children(run).items()):
        assert execute(example.sibling("store"), one["run_id"]) == "success"
        path = f"{CHILD}/dagRuns/{one['run_id'].replace('+', '%2B')}"
        path += "/taskInstances/load/xcomEntries/return_value"
        returned[store] = op.get(path).json()["value"]

    assert example.scenario("stores").keep("child run of each store", returned) == {
        "berlin": "sales-berlin.db: 42 EUR",
        "oslo": "sales-oslo.db: 300 NOK",
    }
    rows = {}
    for store in STORES:
        with closing(sqlite3.connect(example.scratch / f"sales-{store}.db")) as db:
            rows[store] = db.execute("SELECT * FROM sales").fetchall()
    assert rows == {"berlin": [(20, "EUR"), (22, "EUR")], "oslo": [(300, "NOK")]}


def test_unknown_store_and_wrong_currency_are_refused(example):
    kept = example.scenario("unknown")

    def send(conf: dict, name: str) -> str:
        body = {"logical_date": None, "conf": conf}
        with kept.http("op", keep=["detail"]) as client:
            path = f"{CHILD}/dagRuns"
            answer = client.post(path, json=body, extensions={"name": name})
        assert answer.status_code == 400
        return answer.json()["detail"]

    store = send({"store": "rome", "currency": "EUR"}, "store")
    assert "'rome' is not one of ['berlin', 'oslo']" in store
    currency = send({"store": "oslo", "currency": "crowns"}, "currency")
    assert "'crowns' does not match '^[A-Z]{3}$'" in currency


def test_max_active_runs_is_shared_by_all_stores(example, op):
    assert example.sibling("store").max_active_runs == 2
    trigger(op, "berlin-1", "berlin-2", "oslo-1")
    Decisions().decide()
    runs = op.get(f"{CHILD}/dagRuns?order_by=dag_run_id").json()["dag_runs"]
    states = {run["dag_run_id"]: run["state"] for run in runs}

    assert example.scenario("shared").keep("state of the run", states) == {
        "berlin-1": "running",
        "berlin-2": "running",
        "oslo-1": "queued",
    }


def test_pool_from_conf_is_taken_literally(example, op, capfd):
    text = example.paths.dag.read_text()
    plain = "    @task\n    def load("
    assert text.count(plain) == 1
    pooled = '    @task(pool="{{ params.store }}")\n    def load('
    file = example.scratch / f"{example.stem}.py"
    file.write_text(text.replace(plain, pooled))
    load(file)
    trigger(op, "oslo-1")
    capfd.readouterr()
    Decisions().decide()
    [said] = {
        line[line.index("Tasks using") :].split(" [")[0].strip()
        for line in capfd.readouterr().out.splitlines()
        if "Tasks using" in line
    }
    state = op.get(f"{CHILD}/dagRuns/oslo-1/taskInstances/load").json()["state"]

    assert state == "scheduled"
    assert example.scenario("pool").keep("log of the scheduler", said) == (
        "Tasks using non-existent pool '{{ params.store }}' will not be scheduled"
    )


def test_runs_of_one_store_are_found_by_their_prefix(example, op):
    trigger(op, "berlin-1", "oslo-1", "oslo-2")
    kept = example.scenario("prefix")

    def found(prefix: str, client) -> list[str]:
        path = f"{CHILD}/dagRuns?run_id_prefix_pattern={prefix}&order_by=dag_run_id"
        answer = client.get(path, extensions={"name": "oslo"}).json()
        return [run["dag_run_id"] for run in answer["dag_runs"]]

    with kept.http("viewer", keep=["total_entries"]) as viewer:
        assert found("oslo-", viewer) == ["oslo-1", "oslo-2"]
    assert found("osl-", op) == ["oslo-1", "oslo-2"]  # the end of it is cut off
