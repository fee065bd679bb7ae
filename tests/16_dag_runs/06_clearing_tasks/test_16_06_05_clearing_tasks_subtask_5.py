"""What a clear takes from a task, what the next try takes, and what stays."""

from urllib.parse import quote

import pytest

from dagbook.testing.child_runs import execute

DAG = "/api/v2/dags/16_06_05_clearing_tasks_subtask_5"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def path(run) -> str:
    return f"{DAG}/dagRuns/{quote(run.run_id, safe=':')}/taskInstances/load"


def keys(op, run, what: str) -> str:
    """Return the keys of the XComs (xcomEntries) or of the state store."""
    answer = op.get(f"{path(run)}/{what}").raise_for_status().json()
    rows = answer.get("xcom_entries", answer.get("task_state_store"))
    return ", ".join(sorted(row["key"] for row in rows)) or "nothing"


def look(op, run) -> dict[str, str]:
    """Return what Airflow knows of the task."""
    ti = op.get(path(run)).json()
    tries = op.get(f"{path(run)}/tries").json()["task_instances"]
    of_run = op.get(f"{DAG}/dagRuns/{quote(run.run_id)}").json()
    sent = {"source_dag_id": run.data["dag_id"], "source_run_id": run.run_id}
    events = op.get("/api/v2/assets/events", params=sent).json()
    return {
        "state": str(ti["state"]),
        "tries": ", ".join(str(one["state"]) for one in tries),
        "XCom": keys(op, run, "xcomEntries"),
        "rendered field": ti["rendered_fields"]["op_kwargs"]["label"],
        "task state store": keys(op, run, "state-store"),
        "notes of task and run": f"{ti['note']}, {of_run['note']}",
        "conf": str(of_run["conf"]),
        "asset events": str(events["total_entries"]),
    }


def test_a_plain_trigger_leaves_one_of_each(example):
    run = example.run(logical_date=None)
    assert run.state == "success"
    assert run.task("load").xcoms == {"try_1": "try 1", "return_value": 100}
    assert [event["asset"] for event in run.asset_events] == ["sales"]


def test_before_the_clear_after_it_and_after_the_next_try(example, op):
    run = example.run("cleared", logical_date=None, conf={"shop": "north"})
    op.patch(path(run), json={"note": "checked"}).raise_for_status()
    of_run = f"{DAG}/dagRuns/{quote(run.run_id)}"
    op.patch(of_run, json={"note": "May"}).raise_for_status()
    before = look(op, run)

    kept = example.scenario("cleared")
    body = {
        "dag_run_id": run.run_id,
        "task_ids": ["load"],
        "only_failed": False,
        "dry_run": False,
    }
    with kept.http(keep=["total_entries"]) as client:
        url = f"{DAG}/clearTaskInstances"
        client.post(url, json=body, extensions={"name": "clear"}).raise_for_status()
    cleared = look(op, run)
    assert execute(example.dag, run.run_id) == "success"
    after = look(op, run)

    assert before == {
        "state": "success",
        "tries": "success",
        "XCom": "return_value, try_1",
        "rendered field": "try 1",
        "task state store": "try_1",
        "notes of task and run": "checked, May",
        "conf": "{'shop': 'north'}",
        "asset events": "1",
    }
    assert cleared == {**before, "state": "None", "tries": "success, None"}
    assert after == {
        **before,
        "tries": "success, success",
        "XCom": "return_value, try_2",
        "rendered field": "try 2",
        "task state store": "try_1, try_2",
        "asset events": "2",
    }
    looks = [before["XCom"], cleared["XCom"], after["XCom"]]
    names = ["1 before the clear", "2 after the clear", "3 after the next try"]
    kept.keep("XCom of load", dict(zip(names, looks, strict=True)))
    stays = ("task state store", "notes of task and run", "conf", "asset events")
    kept.keep(
        "before, cleared, after the next try",
        {
            name: f"{before[name]} → {cleared[name]} → {after[name]}"
            for name in ("state", "tries", "rendered field", *stays)
        },
    )


def test_the_downstream_task_reads_the_old_xcom_until_the_next_try(example, op):
    run = example.run("report-cleared", logical_date=None)
    for task in ("load", "report"):
        body = {"dag_run_id": run.run_id, "task_ids": [task]}
        body |= {"only_failed": False, "dry_run": False}
        op.post(f"{DAG}/clearTaskInstances", json=body).raise_for_status()
    entry = op.get(f"{path(run)}/xcomEntries/return_value").json()
    assert entry["value"] == 100
    kept = example.scenario("report-cleared")
    kept.keep("return_value of the cleared load", entry["value"])


def test_deleting_the_state_store_before_the_next_try_forgets(example, op):
    run = example.run("forgotten")
    body = {"dag_run_id": run.run_id, "task_ids": ["load"]}
    body |= {"only_failed": False, "dry_run": False}
    op.post(f"{DAG}/clearTaskInstances", json=body).raise_for_status()
    kept = example.scenario("forgotten")
    with kept.http("op") as client:
        store = f"{path(run)}/state-store"
        client.delete(store, extensions={"name": "forget"}).raise_for_status()
    assert keys(op, run, "state-store") == "nothing"
    assert execute(example.dag, run.run_id) == "success"
    left = kept.keep("state store after the next try", keys(op, run, "state-store"))
    assert left == "try_2"
