"""Three runs at once: Airflow's scheduler starts one, in the order of ``run_after``."""

from datetime import timedelta

import pytest
from airflow.configuration import conf
from airflow.models.dagrun import DagRun
from airflow.sdk import DAG
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.deployment import deploy
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_09_01_max_active_runs_subtask_1"
DUE = {"orders_3": 3, "orders_1": 1, "orders_2": 2}  # in the order of their triggers


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def trigger_three(op) -> None:
    for name, hour in DUE.items():
        run_after = f"2026-05-01T0{hour}:00:00Z"
        body = {"logical_date": None, "dag_run_id": name, "run_after": run_after}
        op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    op.patch(PATH, json={"is_paused": False}).raise_for_status()


def end(op, run_id: str) -> None:
    path = f"{PATH}/dagRuns/{run_id}"
    op.patch(path, json={"state": "success"}).raise_for_status()


def states(op) -> str:
    runs = op.get(f"{PATH}/dagRuns?order_by=dag_run_id").json()["dag_runs"]
    return ", ".join(f"{run['dag_run_id']} {run['state']}" for run in runs)


def test_a_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 57)
    assert example.dag.dagrun_timeout == timedelta(hours=1)


def test_one_run_at_a_time_in_the_order_of_run_after(example, op, capfd):
    kept = example.scenario("three")
    trigger_three(op)
    scheduler = Decisions()
    scheduler.decide()
    said = [
        line[line.index("dag cannot") :].split(" [")[0].strip()
        for line in capfd.readouterr().out.splitlines()
        if "dag cannot be started" in line
    ]
    seen = {"1 at first": states(op)}
    scheduler.decide()
    assert states(op) == seen["1 at first"]
    for number, name in ((2, "orders_1"), (3, "orders_2")):
        end(op, name)
        scheduler.decide()
        seen[f"{number} after {name}"] = states(op)

    assert kept.keep("states", seen) == {
        "1 at first": "orders_1 running, orders_2 queued, orders_3 queued",
        "2 after orders_1": "orders_1 success, orders_2 running, orders_3 queued",
        "3 after orders_2": "orders_1 success, orders_2 success, orders_3 running",
    }
    reason = "dag cannot be started due to dag max_active_runs constraint; "
    count = f"active_runs=1 max_active_runs=1 dag_id={example.stem} run_id="
    assert said == [f"{reason}{count}{name}" for name in ("orders_2", "orders_3")]
    kept.keep("log of the scheduler", said[0])


def test_zero_starts_nothing_and_a_new_number_counts_for_queued_runs(example, op):
    kept = example.scenario("changed")
    trigger_three(op)
    scheduler = Decisions()
    seen = {}
    for number, most in enumerate((0, 2, 1), start=1):
        deploy(example, ("max_active_runs=1,", f"max_active_runs={most},"))
        scheduler.decide()
        seen[f"{number} max_active_runs={most}"] = states(op)

    running = "orders_1 running, orders_2 running, orders_3 queued"
    assert kept.keep("states after each deployment", seen) == {
        "1 max_active_runs=0": "orders_1 queued, orders_2 queued, orders_3 queued",
        "2 max_active_runs=2": running,
        "3 max_active_runs=1": running,  # nothing is stopped
    }


def test_dagrun_timeout_frees_the_place_of_a_run_that_hangs(example, op):
    trigger_three(op)
    scheduler = Decisions()
    scheduler.decide()
    seen = {"1 orders_1 hangs": states(op)}
    with create_session() as session:  # its hour is over
        [run] = session.scalars(select(DagRun).where(DagRun.run_id == "orders_1"))
        run.start_date -= timedelta(hours=1)
    scheduler.decide()
    scheduler.decide()
    seen["2 its dagrun_timeout is over"] = states(op)

    assert example.scenario("stuck").keep("states", seen) == {
        "1 orders_1 hangs": "orders_1 running, orders_2 queued, orders_3 queued",
        "2 its dagrun_timeout is over": "orders_1 failed, orders_2 running, "
        "orders_3 queued",
    }


def test_the_default_is_16():
    assert conf.getint("core", "max_active_runs_per_dag") == 16
    assert DAG("sales", schedule=None).max_active_runs == 16
