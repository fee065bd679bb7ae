"""Four runs of an outage: cleared together, deleted and made again from a list."""

import pytest

from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "16_15_05_recovery_from_run_disasters"
PATH = f"/api/v2/dags/{STEM}"
RUNS = f"{PATH}/dagRuns"
CLEAR = f"{PATH}/clearDagRuns"
LOST = [f"orders_2026-05-0{day}" for day in (1, 2, 3, 4)]
SAVED = ("dag_run_id", "logical_date", "run_after", "conf", "note")


@pytest.fixture
def op(example):
    with example.api.client("op") as client:
        yield client


@pytest.fixture
def vendor(example, op):
    """Fail four runs, and return the file to delete when the vendor is back."""
    file = example.scratch / "vendor.down"
    file.touch()
    for name in LOST:
        body = {
            "dag_run_id": name,
            "logical_date": None,
            "run_after": f"{name[-10:]}T06:00:00Z",
            "conf": {"shop": "oslo"},
            "note": f"orders of {name[-10:]}",
        }
        op.post(RUNS, json=body).raise_for_status()
        assert execute(example.dag, name) == "failed"
    return file


def runs(client, state: str) -> list[str]:
    path = f"{RUNS}?state={state}&order_by=run_after"
    return [run["dag_run_id"] for run in client.get(path).json()["dag_runs"]]


def test_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_cleared_runs_start_oldest_first_and_before_the_run_of_today(
    example, op, vendor
):
    kept = example.scenario("cleared")
    with kept.http("op", keep=["total_entries"]) as client:
        path = f"{RUNS}?state=failed&end_date_gte=2026-05-01T00:00:00Z&limit=100"
        listed = client.get(path, extensions={"name": "list"}).json()["dag_runs"]
        body = {"dag_runs": [{"dag_run_id": run["dag_run_id"]} for run in listed]}
        body |= {"only_failed": True, "dry_run": True, "note": "vendor outage"}
        dry = client.post(CLEAR, json=body, extensions={"name": "dry-run"})
        assert len(runs(op, "failed")) == 4
        body["dry_run"] = False
        client.post(CLEAR, json=body, extensions={"name": "clear"}).raise_for_status()
    assert sorted(run["dag_run_id"] for run in listed) == LOST
    assert dry.json()["total_entries"] == 8  # four of extract, four of load
    assert runs(op, "queued") == LOST

    vendor.unlink()
    op.post(RUNS, json={"dag_run_id": "today", "logical_date": None})
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    scheduler, active = Decisions(), []
    for _ in range(3):
        scheduler.decide()
        scheduler.decide()
        active.append(runs(op, "running"))
        for name in active[-1]:
            assert execute(example.dag, name) == "success"

    started = {f"{n}": ", ".join(names) for n, names in enumerate(active, 1)}
    assert kept.keep("running at the same time", started) == {
        "1": ", ".join(LOST[:2]),
        "2": ", ".join(LOST[2:]),
        "3": "today",
    }
    rows = op.get(f"{RUNS}/{LOST[0]}/taskInstances").json()["task_instances"]
    assert {row["state"] for row in rows} == {"success"}
    assert op.get(f"{RUNS}/{LOST[0]}").json()["note"] == "vendor outage"


def test_a_deleted_run_is_made_again_from_the_list(example, op, vendor):
    kept = example.scenario("restored")
    path = f"{RUNS}/{LOST[0]}"
    saved = {key: op.get(path).json()[key] for key in SAVED}
    op.delete(path).raise_for_status()
    assert op.get(path).status_code == 404
    with kept.http("op", keep=["state", "conf", "note", "detail"]) as client:
        client.post(RUNS, json=saved, extensions={"name": "restore"})
        day = {"dag_run_id": "scheduled__2026-05-01T00:00:00+00:00"}
        refused = client.post(RUNS, json=saved | day, extensions={"name": "scheduled"})

    again = op.get(path).json()
    assert {key: again[key] for key in SAVED} == saved
    assert again["state"] == "queued"
    tasks = op.get(f"{path}/taskInstances").json()["task_instances"]
    assert {ti["try_number"] for ti in tasks} == {0}
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith(
        "A manual DAG run cannot use ID 'scheduled__2026-05-01T00:00:00+00:00' since "
        "it is reserved for scheduled runs"
    )


def test_one_unknown_run_refuses_the_whole_clear(example, op, vendor):
    names = [*LOST, "orders_2026-05-05"]
    body = {"dag_runs": [{"dag_run_id": name} for name in names], "dry_run": False}
    kept = example.scenario("unknown")
    with kept.http("op", keep=["detail"]) as client:
        answer = client.post(CLEAR, json=body, extensions={"name": "unknown"})

    assert answer.status_code == 404
    assert runs(op, "failed") == LOST
