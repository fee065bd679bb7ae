"""Four runs at a time and a pool of two slots: what the scheduler queues."""

import pytest
from airflow.configuration import conf

from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

API = "/api/v2"
PATH = f"{API}/dags/16_13_04_parallel_run_optimization"
WAITING = f"{PATH}/dagRuns/~/taskInstances?task_id=extract&state=scheduled"
SLOTS = ["slots", "queued_slots", "running_slots", "scheduled_slots", "open_slots"]
POOL, VENDOR = "@task(pool=POOL)", '@task(pool="vendor_api")'


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def four_runs(op, slots: int = 0) -> None:
    """Make the pool, trigger four runs and unpause the DAG."""
    if slots:
        body = {"name": "vendor_api", "slots": slots}
        op.post(f"{API}/pools", json=body).raise_for_status()
    for number in range(1, 5):
        body = {"dag_run_id": f"orders_{number}", "logical_date": None}
        body["run_after"] = f"2026-05-01T0{number}:00:00Z"
        op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    op.patch(PATH, json={"is_paused": False}).raise_for_status()


def seen(op) -> str:
    path = f"{PATH}/dagRuns/~/taskInstances?task_id=extract"
    rows = op.get(path).json()["task_instances"]
    states = [row["state"] for row in rows]
    assert set(states) <= {"queued", "scheduled", None}
    return f"{states.count('queued')} queued, {states.count('scheduled')} scheduled"


def test_a_plain_trigger_uses_the_default_pool(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)
    assert example.dag.get_task("extract").pool == "default_pool"


def test_four_runs_start_and_two_tasks_work(example, op):
    deploy(example, (POOL, VENDOR))
    four_runs(op, slots=2)
    Decisions().decide()
    runs = op.get(f"{PATH}/dagRuns").json()["dag_runs"]
    assert [run["state"] for run in runs] == ["running"] * 4
    assert seen(op) == "2 queued, 2 scheduled"
    kept = example.scenario("four-runs")
    with kept.http("viewer", keep=SLOTS) as viewer:
        answer = viewer.get(f"{API}/pools/vendor_api", extensions={"name": "pool"})
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        waiting = viewer.get(WAITING, extensions={"name": "waiting"}).json()

    slots = {key: answer.json()[key] for key in SLOTS}
    assert kept.keep("slots of the pool", slots) == {
        "slots": 2,
        "queued_slots": 2,
        "running_slots": 0,
        "scheduled_slots": 2,
        "open_slots": 0,
    }
    rows = waiting["task_instances"]
    assert {row["dag_run_id"] for row in rows} == {"orders_3", "orders_4"}


def test_runs_above_slots_only_wait(example, op):
    found = {}
    for number, most in enumerate((1, 2, 4)):
        runs = ("max_active_runs=4", f"max_active_runs={most}")
        deploy(example, (POOL, VENDOR), runs)
        if not number:
            four_runs(op, slots=2)
            scheduler = Decisions()
        scheduler.decide()
        found[f"max_active_runs={most}"] = seen(op)

    assert example.scenario("limits").keep("extract of four runs", found) == {
        "max_active_runs=1": "1 queued, 0 scheduled",
        "max_active_runs=2": "2 queued, 0 scheduled",
        "max_active_runs=4": "2 queued, 2 scheduled",
    }


def test_max_active_tis_per_dag_does_it_without_a_pool(example, op):
    four_runs(op)
    deploy(example, (POOL, "@task(max_active_tis_per_dag=2)"))
    Decisions().decide()

    kept = example.scenario("without-a-pool")
    assert kept.keep("extract of four runs", seen(op)) == "2 queued, 2 scheduled"


def test_tasks_of_a_pool_that_does_not_exist_wait(example, op, capfd):
    deploy(example, (POOL, '@task(pool="no_such_pool")'))
    four_runs(op)
    Decisions().decide()

    assert seen(op) == "0 queued, 4 scheduled"
    said = "Tasks using non-existent pool 'no_such_pool' will not be scheduled"
    assert said in capfd.readouterr().out


def test_the_pool_comes_from_the_environment(example, monkeypatch):
    monkeypatch.setenv("SHOP_POOL", "vendor_api")
    assert example.dag.get_task("extract").pool == "vendor_api"
    assert example.dag.get_task("load").pool == "default_pool"


def test_the_defaults(example):
    keys = {
        "parallelism": "tasks of a scheduler",
        "max_active_tasks_per_dag": "tasks of a run",
        "max_active_runs_per_dag": "runs of a DAG",
        "default_pool_task_slot_count": "slots of default_pool",
    }
    found = {said: conf.getint("core", key) for key, said in keys.items()}
    assert example.scenario("settings").keep("defaults of [core]", found) == {
        "tasks of a scheduler": 32,
        "tasks of a run": 16,
        "runs of a DAG": 16,
        "slots of default_pool": 128,
    }
