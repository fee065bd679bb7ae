"""A child run that fails: run again by the parent's retry, and repaired by hand."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from dagbook.live.waiting import until
from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute, executing

PARENT = "/api/v2/dags/16_14_04_data_pipeline_run_orchestration"
CHILD = f"{PARENT}__load"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def tries(op, run_id: str) -> dict[str, str]:
    """Return state and try of each task of a child run."""
    path = f"{CHILD}/dagRuns/{quote(run_id)}/taskInstances"
    rows = op.get(path).json()["task_instances"]
    return {row["task_id"]: f"{row['state']}, try {row['try_number']}" for row in rows}


def test_marked_load_lets_the_plain_run_report(example):
    run = example.run(logical_date=None, mark_success="load")

    assert run.states == {"load": "success", "report": "success"}
    assert run.runs == []
    assert "trigger_run_id" not in run.task("load").xcoms


def test_retry_of_the_parent_runs_the_whole_child_again(example, op):
    locked = example.module.LOCKED
    locked.touch()

    def unlock() -> None:
        path = f"{CHILD}/dagRuns?state=failed"
        until(
            "the child to fail",
            lambda: op.get(path).json(),
            lambda seen: seen["total_entries"] == 1,
        )
        locked.unlink()

    with ThreadPoolExecutor(1) as pool, executing([example.sibling("load")]):
        unlocked = pool.submit(unlock)
        run = example.run("retried", logical_date=None)
        unlocked.result()

    load = run.task("load")
    assert [one["state"] for one in load.tries] == ["failed", "success"]
    assert run.value("report") == "sales reported"
    [child] = run.runs
    assert child["run_id"] == f"load-for-{run.run_id}" == load.xcoms["trigger_run_id"]
    assert child["conf"] == {"batch": run.run_id}
    kept = example.scenario("retried")
    assert kept.keep(
        "tasks of the child run after the retry", tries(op, child["run_id"])
    ) == {
        "extract": "success, try 2",
        "write": "success, try 2",
    }
    kept.keep("conf of the child run", child["conf"])
    path = f"{CHILD}/dagRuns/{quote(child['run_id'])}/taskInstances/write"
    written = op.get(f"{path}/xcomEntries/return_value").json()["value"]
    assert written == f"42 EUR for {run.run_id}"
    assert example.sibling("load").schedule is None


def test_by_hand_only_the_failed_task_of_the_child_runs_again(example, op):
    locked = example.module.LOCKED
    locked.touch()
    with executing([example.sibling("load")]):
        run = example.run("by-hand", logical_date=None)
    assert run.states == {"load": "failed", "report": "upstream_failed"}
    [child] = [one["run_id"] for one in run.runs]
    said = "failed with failed states [<DagRunState.FAILED: 'failed'>] for run_ids"
    assert run.task("load").error == (
        f"AirflowException: {example.stem}__load {said} ['{child}']"
    )
    assert tries(op, child)["extract"] == "success, try 2"

    locked.unlink()
    kept = example.scenario("by-hand")
    with kept.http("op", keep=["total_entries"]) as client:
        body = {"dag_run_id": child, "only_failed": True, "dry_run": False}
        path = f"{CHILD}/clearTaskInstances"
        cleared = client.post(path, json=body, extensions={"name": "clear"}).json()
        assert cleared["total_entries"] == 1
        assert execute(example.sibling("load"), child) == "success"
    path = f"{PARENT}/dagRuns/{quote(run.run_id)}/taskInstances/load"
    op.patch(path, json={"new_state": "success"}).raise_for_status()
    assert execute(example.dag, run.run_id) == "success"

    assert kept.keep("tasks of the child run after the repair", tries(op, child)) == {
        "extract": "success, try 2",  # not run a third time
        "write": "success, try 3",
    }
    path = f"{PARENT}/dagRuns/{quote(run.run_id)}/taskInstances/report"
    assert op.get(path).json()["state"] == "success"


def test_without_reset_the_child_that_exists_fails_the_task(example, op, capfd):
    text = example.paths.dag.read_text()
    for old in ("reset_dag_run=True", "load-for-{{ run_id }}"):
        assert text.count(old) == 1
    text = text.replace("reset_dag_run=True", "reset_dag_run=False")
    file = example.scratch / f"{example.stem}.py"
    file.write_text(text.replace("load-for-{{ run_id }}", "load_once"))
    assert example.dags
    dags, _ = load(file)
    body = {"dag_run_id": "load_once", "logical_date": None}
    op.post(f"{CHILD}/dagRuns", json=body).raise_for_status()
    run = dags[example.stem].test(logical_date=None)
    ti = run.get_task_instance("load")

    said = "Dag Run already exists, marking task as failed."
    assert said in capfd.readouterr().out
    assert (ti.state, ti.try_number, ti.max_tries) == ("failed", 1, 1)
    example.scenario("no-reset").keep("log and state of load", [said, "failed, try 1"])
