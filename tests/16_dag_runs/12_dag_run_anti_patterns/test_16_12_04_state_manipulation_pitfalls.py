"""A mark and two clears that leave a wrong run behind, and a clear that does not."""

import json
from urllib.parse import quote

import pytest

from dagbook.testing.child_runs import execute

DAG = "/api/v2/dags/16_12_04_state_manipulation_pitfalls"
CLEAR = f"{DAG}/clearTaskInstances"
NO_NUMBER = "ValueError: invalid literal for int() with base 10: 'x'"
FAILED = {
    "extract": "success",
    "transform": "failed",
    "load": "upstream_failed",
    "report": "upstream_failed",
}
TASKS = tuple(FAILED)


@pytest.fixture
def user(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("user") as client:
        yield client


def tries(client, run_id: str, dag: str = DAG) -> dict[str, tuple]:
    """State and number of tries of each task."""
    path = f"{dag}/dagRuns/{quote(run_id)}/taskInstances"
    rows = client.get(path).json()["task_instances"]
    return {row["task_id"]: (row["state"], row["try_number"]) for row in rows}


def reported(client, run_id: str) -> str:
    path = f"{DAG}/dagRuns/{quote(run_id)}/taskInstances/report/xcomEntries"
    return client.get(f"{path}/return_value").json()["value"]


def ids(answer) -> list[str]:
    named = {row["task_id"] for row in answer.json()["task_instances"]}
    return [task for task in TASKS if task in named]


def test_one_failure_leaves_two_tasks_upstream_failed(example):
    run = example.run(logical_date=None)

    assert (run.state, run.states) == ("failed", FAILED)
    assert run.task("transform").error == NO_NUMBER


def test_task_marked_success_gives_none_to_its_downstream(example, user):
    run_id = example.run("marked", logical_date=None).run_id
    kept = example.scenario("marked")
    path = f"{DAG}/dagRuns/{quote(run_id)}"
    with kept.http("user", keep=["total_entries"]) as client:
        task = f"{path}/taskInstances/transform"
        mark = {"new_state": "success"}
        client.patch(task, json=mark, extensions={"name": "mark"}).raise_for_status()
    marked = user.get(path).json()["state"], tries(user, run_id)
    ended = execute(example.dag, run_id)

    assert marked == (
        "queued",
        {
            "extract": ("success", 1),
            "transform": ("success", 1),
            "load": (None, 0),
            "report": (None, 0),
        },
    )
    assert (ended, tries(user, run_id)["load"]) == ("success", ("success", 1))
    state = kept.keep("state of the run, and report", [ended, reported(user, run_id)])
    assert state == ["success", "sold today: 0"]


def test_repair_and_clear_with_downstream(example, user, monkeypatch):
    run_id = example.run("cleared", logical_date=None).run_id
    kept = example.scenario("cleared")
    repaired = json.dumps({"A-1": "3", "A-2": "5"})
    monkeypatch.setenv("AIRFLOW_VAR_VENDOR_PIECES", repaired)
    body = {
        "dag_run_id": run_id,
        "task_ids": ["transform"],
        "include_downstream": True,
        "dry_run": True,
    }
    with kept.http("user", keep=["total_entries"]) as client:
        dry = client.post(CLEAR, json=body, extensions={"name": "dry-run"})
        assert tries(user, run_id)["transform"] == ("failed", 1)
        body |= {"dry_run": False, "note": "A-2 repaired"}
        done = client.post(CLEAR, json=body, extensions={"name": "clear"})
    ended = execute(example.dag, run_id)

    assert ids(dry) == ids(done)
    assert kept.keep("tasks of the dry run", ids(dry)) == list(TASKS[1:])
    assert tries(user, run_id) == {
        "extract": ("success", 1),
        "transform": ("success", 2),
        "load": ("success", 1),
        "report": ("success", 1),
    }
    state = kept.keep("state of the run, and report", [ended, reported(user, run_id)])
    assert state == ["success", "sold today: 8"]


def test_clear_without_the_tasks_around_it(example, user):
    kept = example.scenario("too-little")
    failed = example.run("too-little", logical_date=None).run_id
    body = {"dag_run_id": failed, "task_ids": ["report"], "dry_run": False}
    user.post(CLEAR, json=body).raise_for_status()
    first = execute(example.dag, failed), tries(user, failed)["report"][0]
    example.sibling("fixed").test(logical_date=None)
    dag = f"{DAG}__fixed"
    [run] = user.get(f"{dag}/dagRuns").json()["dag_runs"]
    body = {"dag_run_id": run["dag_run_id"], "task_ids": ["extract"]}
    body |= {"only_failed": False, "dry_run": False}
    user.post(f"{dag}/clearTaskInstances", json=body).raise_for_status()
    second = execute(example.sibling("fixed"), run["dag_run_id"])
    after = tries(user, run["dag_run_id"], dag)

    assert kept.keep(
        "after the clear",
        {
            "report of the failed run": f"report {first[1]}, run {first[0]}",
            "extract of a successful run": f"extract try {after['extract'][1]}, "
            f"load still try {after['load'][1]}, run {second}",
        },
    ) == {
        "report of the failed run": "report upstream_failed, run failed",
        "extract of a successful run": "extract try 2, load still try 1, run success",
    }


def test_fixed_drops_what_it_cannot_read(example):
    run = example.run("fixed", role="fixed", logical_date=None)

    assert (run.state, run.value("report")) == ("success", "sold today: 3")
    assert run.task("transform").log == ["WARNING A-2 dropped: 'x' is no number"]


def test_fixed_refuses_a_marked_transform(example):
    run = example.run(
        "fixed-marked", role="fixed", logical_date=None, mark_success="transform"
    )

    assert run.task("load").error == (
        "AirflowFailException: no pieces: transform was marked, not run"
    )
    assert (run.state, run.states["report"]) == ("failed", "upstream_failed")
