"""A failed task is cleared: the request that helps, and those that do not."""

import json
from urllib.parse import quote

import pytest

from dagbook.testing.child_runs import execute

DAG = "/api/v2/dags/16_06_01_clearing_tasks_subtask_1"
CLEAR = f"{DAG}/clearTaskInstances"
NO_PRICE = "AirflowFailException: no price for plate"
TASKS = ("extract", "copy", "load", "drop", "report")


def failed_run(example, scenario: str):
    """Leave a run behind whose vendor file has no price for plates."""
    file = example.scratch / "vendor.json"
    file.write_text(json.dumps({"cup": 4}))
    run = example.run(scenario, logical_date=None, conf={"vendor_file": str(file)})
    assert run.state == "failed"
    assert run.task("load").error == NO_PRICE
    return run


def repair(example) -> None:
    (example.scratch / "vendor.json").write_text(json.dumps({"cup": 4, "plate": 9}))


@pytest.fixture
def viewer(example):
    """Return a client whose questions are not recorded."""
    with example.api.client("viewer") as client:
        yield client


def ask(viewer, run_id: str, rest: str = "") -> dict:
    return viewer.get(f"{DAG}/dagRuns/{quote(run_id)}{rest}").json()


def tasks(viewer, run_id: str) -> dict[str, tuple]:
    """State, tries so far and ``max_tries`` of each task."""
    rows = ask(viewer, run_id, "/taskInstances")["task_instances"]
    wanted = ("state", "try_number", "max_tries")
    return {row["task_id"]: tuple(row[key] for key in wanted) for row in rows}


def ids(answer) -> list[str]:
    """Return the tasks that an answer names, in the order of the DAG."""
    named = {row["task_id"] for row in answer.json()["task_instances"]}
    return [name for name in TASKS if name in named]


def shown(state: str, tries: int, most: int) -> str:
    return f"{state} (try {tries}, max_tries {most})"


def test_a_plain_trigger_loads_at_the_prices_of_the_file(example):
    run = example.run(logical_date=None)
    assert set(run.states.values()) == {"success"}
    assert run.value("report") == 10 * 4 + 3 * 7
    assert not list(example.scratch.glob("prices_*"))


def test_the_same_run_goes_on_from_the_cleared_task(example, viewer):
    run = failed_run(example, "cleared")
    before = tasks(viewer, run.run_id)
    repair(example)
    kept = example.scenario("cleared")
    body = {
        "dag_run_id": run.run_id,
        "task_ids": ["load"],
        "include_downstream": True,
        "only_failed": False,
        "dry_run": False,
        "note": "vendor file repaired",
    }
    with kept.http(keep=["total_entries", "detail"]) as client:
        answer = client.post(CLEAR, json=body, extensions={"name": "clear"})
        queued = ask(viewer, run.run_id)["state"]
        ended = execute(example.dag, run.run_id)
        after = tasks(viewer, run.run_id)
        again = {"dag_run_id": run.run_id, "dry_run": False}
        client.post(CLEAR, json=again, extensions={"name": "nothing"})
        other = {"dag_run_id": "yesterday", "dry_run": False}
        client.post(CLEAR, json=other, extensions={"name": "unknown"})

    assert ids(answer) == ["copy", "load", "drop", "report"]
    assert (queued, ended) == ("queued", "success")
    assert before == {
        "extract": ("success", 1, 1),
        "copy": ("success", 1, 1),
        "load": ("failed", 1, 1),
        "drop": ("success", 1, 1),
        "report": ("upstream_failed", 0, 1),
    }
    assert after == {
        "extract": ("success", 1, 1),  # not run again
        "copy": ("success", 2, 2),
        "load": ("success", 2, 2),
        "drop": ("success", 2, 2),
        "report": ("success", 1, 1),
    }
    _, nothing, unknown = kept.exchanges
    assert (nothing["status"], nothing["response"]) == (200, {"total_entries": 0})
    assert unknown["status"] == 404
    assert unknown["response"]["detail"] == (
        "Dag Run id yesterday not found in dag 16_06_01_clearing_tasks_subtask_1"
    )
    assert ask(viewer, run.run_id)["conf"] == run.conf
    total = ask(viewer, run.run_id, "/taskInstances/report/xcomEntries/return_value")
    assert total["value"] == 10 * 4 + 3 * 9
    rows = ask(viewer, run.run_id, "/taskInstances")["task_instances"]
    noted = {row["task_id"] for row in rows if row["note"] == "vendor file repaired"}
    assert noted == {"copy", "load", "drop", "report"}

    kept.keep("cleared tasks", ids(answer))
    kept.keep("state of the run", [run.state, queued, ended])
    changes = {t: f"{shown(*before[t])} → {shown(*after[t])}" for t in TASKS}
    kept.keep("each task before and after", changes)


def test_three_clears_that_do_not_help(example, viewer):
    run_id = failed_run(example, "too-little").run_id
    repair(example)
    # --8<-- [start:too-little]
    load = {"dag_run_id": run_id, "task_ids": ["load"]}
    bodies = {
        "1 dry run": load,
        "2 only failed": {**load, "dry_run": False, "include_downstream": True},
        "3 no downstream": {**load, "dry_run": False, "only_failed": False},
    }
    # --8<-- [end:too-little]
    seen, kept = {}, example.scenario("too-little")
    with kept.http(keep=["total_entries"]) as client:
        for name, body in bodies.items():
            answer = client.post(CLEAR, json=body, extensions={"name": name[2:]})
            assert answer.status_code == 200
            if ask(viewer, run_id)["state"] == "queued":
                execute(example.dag, run_id)
            ends = tasks(viewer, run_id)
            seen[name] = ids(answer), ends["load"], ends["report"][0]
            assert ask(viewer, run_id)["state"] == "failed"
    with example.api.client("op") as op:  # no task is failed now
        left = op.post(CLEAR, json={"dag_run_id": run_id})
    assert ids(left) == ["report"]

    assert seen == {
        "1 dry run": (["load"], ("failed", 1, 1), "upstream_failed"),
        "2 only failed": (["load", "report"], ("failed", 3, 2), "upstream_failed"),
        "3 no downstream": (
            ["copy", "load", "drop"],
            ("success", 4, 4),
            "upstream_failed",
        ),
    }
    shows = {
        name: f"200, names {', '.join(named)}; load {load[0]} after try {load[1]}, "
        f"report {report}, run failed"
        for name, (named, load, report) in seen.items()
    }
    kept.keep("what each request did", shows)


def test_a_clear_repairs_no_cause(example, viewer):
    run = failed_run(example, "not-repaired")
    kept = example.scenario("not-repaired")
    body = {"dag_run_id": run.run_id, "only_failed": False, "dry_run": False}
    with kept.http(keep=["total_entries"]) as client:
        client.post(CLEAR, json=body).raise_for_status()

    assert execute(example.dag, run.run_id) == "failed"
    tries = ask(viewer, run.run_id, "/taskInstances/load/tries")["task_instances"]
    ends = {f"try {one['try_number']}": one["state"] for one in tries}
    assert kept.keep("tries of load", ends) == {"try 1": "failed", "try 2": "failed"}
