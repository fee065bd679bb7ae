"""Switch from blue to green, drain blue, and what a changed file changes."""

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "16_14_05_production_run_operations"
PATH = f"/api/v2/dags/{STEM}"
DONE = {"live": "success", "load": "success", "report": "success"}
SKIPPED = {"live": "success", "load": "skipped", "report": "skipped"}
PAUSED = f"Dag Not Paused: Task's DAG '{STEM}' is paused."


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def trigger(op, run_id: str) -> None:
    body = {"dag_run_id": run_id, "logical_date": None}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()


def mark(op, path: str, **body) -> None:
    op.patch(f"{PATH}/dagRuns/{path}", json=body).raise_for_status()


def running(example, op, run_id: str) -> Decisions:
    """Leave a run of blue behind that is running, with its first task done."""
    assert example.dags
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    trigger(op, run_id)
    scheduler = Decisions()
    scheduler.decide()
    mark(op, f"{run_id}/taskInstances/live", new_state="success")
    assert op.get(f"{PATH}/dagRuns/{run_id}").json()["state"] == "running"
    return scheduler


def test_blue_is_live_without_a_variable(example):
    blue = example.run(logical_date=None)
    green = example.run("green-waits", role="green", logical_date=None)

    assert (blue.states, green.states) == (DONE, SKIPPED)
    assert blue.value("report") == f"{STEM}: loaded with v1, reported with v1"


def test_green_is_live_after_the_switch(example):
    kept = example.scenario("switched")
    assert example.dags
    done = kept.cli("variables", "set", "sales_live", "green", name="switch")
    assert done.returncode == 0
    blue = example.run("blue-after-the-switch", logical_date=None)
    green = example.run("switched", role="green", logical_date=None)

    assert (blue.states, green.states) == (SKIPPED, DONE)
    assert (blue.state, green.state) == ("success", "success")
    loads = {"blue": blue.states["load"], "green": green.states["load"]}
    assert kept.keep("state of load after the switch", loads) == {
        "blue": "skipped",
        "green": "success",
    }


def test_old_version_is_paused_when_no_run_is_active(example, op):
    running(example, op, "last_of_blue")
    trigger(op, "waits")
    kept = example.scenario("drain")
    active = f"{PATH}/dagRuns?state=queued&state=running&limit=1"
    assert op.get(active).json()["total_entries"] == 2
    with kept.http("op", keep=["total_entries", "is_paused"]) as client:
        for run_id in ("last_of_blue", "waits"):
            mark(op, run_id, state="success")
        drained = client.get(active, extensions={"name": "active"}).json()
        body = {"is_paused": True}
        paused = client.patch(PATH, json=body, extensions={"name": "pause"}).json()

    assert (drained["total_entries"], paused["is_paused"]) == (0, True)


def test_paused_too_early_the_run_stays_running(example, op):
    scheduler = running(example, op, "stuck")
    op.patch(PATH, json={"is_paused": True}).raise_for_status()
    scheduler.decide()
    kept = example.scenario("paused-too-early")
    told = kept.cli("tasks", "failed-deps", STEM, "load", "stuck", name="deps")

    state = op.get(f"{PATH}/dagRuns/stuck").json()["state"]
    assert kept.keep("state of the run", state) == "running"
    assert PAUSED in told.stdout.splitlines()
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    scheduler.decide()
    load = op.get(f"{PATH}/dagRuns/stuck/taskInstances/load").json()
    assert load["state"] == "queued"


def test_changed_body_is_no_new_version_of_the_dag(example, op):
    text = example.paths.dag.read_text()
    file = example.scratch / f"{STEM}.py"
    task = "        live() >> loaded >> report(loaded)\n"
    added = task + '        loaded >> report.override(task_id="mail")(loaded)\n'
    assert (text.count(task), text.count('"v1"')) == (1, 1)
    changes = {
        "1 as it was": text,
        "2 v1 in the file is v2": text.replace('"v1"', '"v2"'),
        "3 a task is added": text.replace(task, added),
    }
    seen = {}
    for number, (name, changed) in enumerate(changes.items(), start=1):
        file.write_text(changed)
        dags, _ = load(file)
        trigger(op, f"run_{number}")
        assert execute(dags[STEM], f"run_{number}") == "success"
        versions = op.get(f"{PATH}/dagVersions").json()["dag_versions"]
        seen[name] = max(one["version_number"] for one in versions)
    run = op.get(f"{PATH}/dagRuns/run_3").json()

    kept = example.scenario("versions")
    assert kept.keep("version of the DAG", seen) == {
        "1 as it was": 1,
        "2 v1 in the file is v2": 1,
        "3 a task is added": 2,
    }
    assert kept.keep("bundle_version of the run", run["bundle_version"]) is None
