"""What Airflow's scheduler queues of two runs, under each limit."""

import pytest
from airflow.configuration import conf

from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_09_03_max_active_runs_subtask_3"
RUNS = ("orders_1", "orders_2", "orders_3")


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def start(op) -> Decisions:
    """Trigger the runs and let the scheduler decide once."""
    for name in RUNS:
        body = {"logical_date": None, "dag_run_id": name}
        op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    scheduler = Decisions()
    scheduler.decide()
    return scheduler


def tasks(op, name: str, run: str, state: str) -> int:
    params = {"task_id": name, "state": state}
    path = f"{PATH}/dagRuns/{run}/taskInstances"
    return op.get(path, params=params).json()["total_entries"]


def queued(op, name: str) -> dict[str, int]:
    return {run: tasks(op, name, run, "queued") for run in RUNS}


def end(op, name: str, run: str) -> None:
    path = f"{PATH}/dagRuns/{run}/taskInstances/{name}"
    op.patch(path, json={"new_state": "success"}).raise_for_status()


def test_a_plain_trigger_loads_all_regions(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert run.values("load")[:2] == ["north loaded", "south loaded"]


def test_each_run_has_its_own_max_active_tasks_and_load_is_alone(example, op):
    kept = example.scenario("three-runs")
    scheduler = start(op)
    runs = op.get(f"{PATH}/dagRuns?order_by=dag_run_id").json()["dag_runs"]
    assert [run["state"] for run in runs] == ["running", "running", "queued"]
    seen = {"1 extract": queued(op, "extract")}
    for run in RUNS[:2]:
        end(op, "extract", run)
    scheduler.decide()
    seen["2 load"] = queued(op, "load")
    assert tasks(op, "load", "orders_1", "scheduled") == 3

    assert kept.keep("tasks that the scheduler lets go to a worker", seen) == {
        "1 extract": {"orders_1": 2, "orders_2": 2, "orders_3": 0},
        "2 load": {"orders_1": 1, "orders_2": 0, "orders_3": 0},
    }


def test_tasks_of_an_unknown_pool_wait_until_the_pool_exists(example, op, capfd):
    kept = example.scenario("unknown-pool")
    deploy(example, ("@task\n", '@task(pool="partner")\n'))
    scheduler = start(op)
    seen = {"1 no pool": queued(op, "extract")}
    assert tasks(op, "extract", "orders_1", "scheduled") == 4
    said = "Tasks using non-existent pool 'partner' will not be scheduled"
    assert capfd.readouterr().out.count(said) >= 1
    kept.keep("log of the scheduler", said)
    with kept.http("op", keep=["name", "slots"]) as client:
        body = {"name": "partner", "slots": 3}
        client.post("/api/v2/pools", json=body, extensions={"name": "pool"})
    scheduler.decide()
    seen["2 pool of 3 slots"] = queued(op, "extract")

    assert kept.keep("queued tasks of extract", seen) == {
        "1 no pool": {"orders_1": 0, "orders_2": 0, "orders_3": 0},
        "2 pool of 3 slots": {"orders_1": 2, "orders_2": 1, "orders_3": 0},
    }


def test_a_limit_per_dagrun_counts_each_run_alone(example, op):
    deploy(example, ("max_active_tis_per_dag=1", "max_active_tis_per_dagrun=1"))
    scheduler = start(op)
    for run in RUNS[:2]:
        end(op, "extract", run)
    scheduler.decide()

    seen = example.scenario("per-dagrun").keep("queued load", queued(op, "load"))
    assert seen == {"orders_1": 1, "orders_2": 1, "orders_3": 0}


def test_the_defaults(example):
    core = {
        key: conf.getint("core", key)
        for key in (
            "max_active_runs_per_dag",
            "max_active_tasks_per_dag",
            "default_pool_task_slot_count",
        )
    }
    assert list(core.values()) == [16, 16, 128]
    extract = example.dag.get_task("extract")
    assert extract.partial_kwargs.get("max_active_tis_per_dag") is None
    assert extract.partial_kwargs.get("max_active_tis_per_dagrun") is None
