"""A task is added to a DAG, and old runs are cleared for it."""

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

STEM = "16_06_04_clearing_tasks_subtask_4"
DAG = f"/api/v2/dags/{STEM}"
OLD = "    load(extract())\n"
# --8<-- [start:new]
NEW = """
    @task
    def report(total: int) -> str:
        return f"sold {total}"

    report(load(extract()))
"""
# --8<-- [end:new]


@pytest.fixture
def op(example, monkeypatch):
    """Return a client whose requests are not recorded; the DAG is not paused."""
    # A changed DAG is written although the last one was written less than 30 s ago.
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")
    with example.api.client("op") as client:
        client.patch(DAG, json={"is_paused": False}).raise_for_status()
        yield client


def ran(example, op, *run_ids: str) -> None:
    """Run these runs to their end as the DAG is now."""
    for run_id in run_ids:
        body = {"dag_run_id": run_id, "logical_date": None}
        op.post(f"{DAG}/dagRuns", json=body).raise_for_status()
        assert execute(example.dag, run_id) == "success"


def deployed(example):
    """Deploy the version with the task ``report``, and return its DAG."""
    text = example.paths.dag.read_text()
    assert text.count(OLD) == 1
    file = example.scratch / example.paths.dag.name
    file.write_text(text.replace(OLD, NEW))
    return load(file)[0][STEM]


def tasks(op, run_id: str) -> dict[str, str]:
    path = f"{DAG}/dagRuns/{run_id}/taskInstances"
    rows = op.get(path).json()["task_instances"]
    told = {row["task_id"]: f"{row['state']}, try {row['try_number']}" for row in rows}
    return dict(sorted(told.items()))


def test_a_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)
    assert run.states == {"extract": "success", "load": "success"}
    assert run.value("load") == 100


def test_only_new_runs_the_new_task_alone(example, op):
    ran(example, op, "may-1", "may-2")
    later = deployed(example)
    kept = example.scenario("only-new")
    body = {
        "dag_runs": [{"dag_run_id": "may-1"}, {"dag_run_id": "may-2"}],
        "only_new": True,
        "dry_run": False,
    }
    with kept.http(keep=["total_entries"]) as client:
        url = f"{DAG}/clearDagRuns"
        client.post(url, json=body, extensions={"name": "clear"}).raise_for_status()
    assert [execute(later, run) for run in ("may-1", "may-2")] == ["success"] * 2
    for run_id in ("may-1", "may-2"):
        assert tasks(op, run_id) == {
            "extract": "success, try 1",
            "load": "success, try 1",
            "report": "success, try 1",
        }
    kept.keep("tasks of may-1 afterwards", tasks(op, "may-1"))


def test_latest_version_runs_all_tasks_again(example, op):
    ran(example, op, "may-1")
    later = deployed(example)
    body = {"run_on_latest_version": True, "only_failed": False, "dry_run": False}
    op.post(f"{DAG}/dagRuns/may-1/clear", json=body).raise_for_status()
    assert execute(later, "may-1") == "success"
    seen = tasks(op, "may-1")
    assert seen == {
        "extract": "success, try 2",
        "load": "success, try 2",
        "report": "success, try 1",
    }
    example.scenario("latest-version").keep("tasks of may-1 afterwards", seen)


def test_a_clear_of_one_task_adds_the_new_task_and_its_dry_run_does_not_say_so(
    example, op
):
    ran(example, op, "may-1")
    deployed(example)
    body = {"dag_run_id": "may-1", "task_ids": ["load"], "only_failed": False}
    dry = op.post(f"{DAG}/clearTaskInstances", json=body).json()
    assert [row["task_id"] for row in dry["task_instances"]] == ["load"]
    op.post(f"{DAG}/clearTaskInstances", json={**body, "dry_run": False})
    assert "report" not in tasks(op, "may-1")
    scheduler = Decisions()
    scheduler.decide()
    added = tasks(op, "may-1")
    assert added["extract"] == "success, try 1"
    assert "report" in added

    # The run ends, and only_new is asked for: the dry run and the clear disagree.
    for task in ("load", "report"):
        path = f"{DAG}/dagRuns/may-1/taskInstances/{task}"
        op.patch(path, json={"new_state": "success"}).raise_for_status()
    scheduler.decide()
    assert op.get(f"{DAG}/dagRuns/may-1").json()["state"] == "success"
    kept = example.scenario("added-before")
    url = f"{DAG}/dagRuns/may-1/clear"
    with kept.http(keep=["total_entries"]) as client:
        new = {"only_new": True, "dry_run": True}
        dry = client.post(url, json=new, extensions={"name": "dry run"})
        assert dry.json()["total_entries"] == 0
    before = tasks(op, "may-1")["report"].split(",")[0]
    op.post(url, json={"only_new": True, "dry_run": False}).raise_for_status()
    after = tasks(op, "may-1")["report"].split(",")[0]
    assert (before, after) == ("success", "None")
    states = {"1 before the clear": before, "2 after the clear": after}
    kept.keep("state of report", states)


def test_what_the_batch_refuses(example, op):
    ran(example, op, "may-1")
    known, url = {"dag_run_id": "may-1"}, f"{DAG}/clearDagRuns"
    kept = example.scenario("refused")
    with kept.http(keep=["detail"]) as client:
        body = {"dag_runs": [known, {"dag_run_id": "may-3"}], "dry_run": False}
        lost = client.post(url, json=body, extensions={"name": "unknown run"})
    assert lost.status_code == 404
    assert op.get(f"{DAG}/dagRuns/may-1").json()["state"] == "success"
    both = {"dag_runs": [known], "only_new": True, "only_failed": True}
    refused = op.post(url, json=both)
    assert refused.status_code == 422
    message = refused.json()["detail"][0]["msg"]
    assert message.endswith("only_new and only_failed are mutually exclusive")
