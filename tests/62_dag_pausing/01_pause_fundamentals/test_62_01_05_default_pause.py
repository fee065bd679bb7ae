"""Whether a DAG is paused when Airflow sees it for the first time, and afterwards."""

import pytest

from dagbook.testing.deployment import read, write
from dagbook.testing.scheduler import Decisions

STEM = "62_01_05_default_pause"
ACTIVE = f"{STEM}__active"
ARGUMENT = "is_paused_upon_creation=False"


@pytest.fixture
def op(example):
    assert example.dags
    with example.api.client("op") as client:
        yield client


def is_paused(op, dag_id: str) -> bool:
    return op.get(f"/api/v2/dags/{dag_id}").json()["is_paused"]


def forget(op, *dag_ids: str) -> None:
    for dag_id in dag_ids:
        op.delete(f"/api/v2/dags/{dag_id}").raise_for_status()


def test_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_a_new_dag_is_paused_unless_its_argument_says_otherwise(example, op):
    kept = example.scenario("config True")
    asked = {}
    with kept.http("viewer", keep=["is_paused_upon_creation", "is_paused"]) as viewer:
        for name, dag_id in {"1 not set": STEM, "2 False": ACTIVE}.items():
            path = f"/api/v2/dags/{dag_id}/details"
            found = viewer.get(path, extensions={"name": name}).json()
            asked[name] = found["is_paused_upon_creation"], found["is_paused"]
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = "/api/v2/dags?paused=false&order_by=dag_id"
        listed = viewer.get(path, extensions={"name": "active"}).json()["dags"]

    assert asked == {"1 not set": (None, True), "2 False": (False, False)}
    assert kept.keep("active DAGs", [one["dag_id"] for one in listed]) == [ACTIVE]
    paused = {name: is_paused for name, (_, is_paused) in asked.items()}
    assert kept.keep("is the new DAG paused", paused) == {
        "1 not set": True,
        "2 False": False,
    }


def test_config_false_starts_new_dags_active_but_the_argument_wins(
    example, op, monkeypatch
):
    forget(op, STEM, ACTIVE)
    write(example, (ARGUMENT, "is_paused_upon_creation=True"))
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION", "False")
    kept = example.scenario("config False")
    done = kept.cli("dags", "reserialize", name="read")

    assert done.returncode == 0
    paused = {"1 not set": is_paused(op, STEM), "2 True": is_paused(op, ACTIVE)}
    assert kept.keep("is the new DAG paused", paused) == {
        "1 not set": False,
        "2 True": True,
    }


def test_a_later_edit_changes_nothing_until_the_dag_is_deleted(example, op):
    kept = example.scenario("edited")
    seen = {"1 new, argument False": is_paused(op, ACTIVE)}
    file = write(example, (ARGUMENT, "is_paused_upon_creation=True"))
    read(file)
    seen["2 edited to True, read again"] = is_paused(op, ACTIVE)
    with kept.http("viewer", keep=["is_paused_upon_creation", "is_paused"]) as viewer:
        path = f"/api/v2/dags/{ACTIVE}/details"
        found = viewer.get(path, extensions={"name": "details"}).json()
    forget(op, ACTIVE)
    read(file)
    seen["3 deleted, read again"] = is_paused(op, ACTIVE)

    assert (found["is_paused_upon_creation"], found["is_paused"]) == (True, False)
    assert kept.keep("is_paused", seen) == {
        "1 new, argument False": False,
        "2 edited to True, read again": False,
        "3 deleted, read again": True,
    }


def test_an_active_new_dag_with_catchup_starts_its_whole_history(example, op):
    forget(op, ACTIVE)
    daily = ("schedule=None", 'schedule="@daily"'), ("catchup=False", "catchup=True")
    file = write(example, *daily)
    read(file)
    scheduler = Decisions()
    for _ in range(3):
        scheduler.decide()
    found = op.get("/api/v2/dags/~/dagRuns?order_by=run_after").json()["dag_runs"]

    kept = example.scenario("history")
    runs = [f"{run['dag_id'].removeprefix(STEM)} {run['run_after']}" for run in found]
    assert kept.keep("runs after three loops of the scheduler", runs) == [
        "__active 2026-01-01T00:00:00Z",
        "__active 2026-01-02T00:00:00Z",
        "__active 2026-01-03T00:00:00Z",
    ]
