"""Why runs failed: counted from the task logs that worker processes have written."""

from urllib.parse import quote

import pytest

from dagbook.testing.scheduler import Decisions

DAG = "16_15_03_analyzing_run_failures"
RUNS = f"/api/v2/dags/{DAG}/dagRuns"
NO_NUMBER = "invalid literal for int() with base 10: 'x'"
LAST_ROWS = ["A-2,x", "B-7", "B-4,x", "C-1,x"]
DAYS = [f"2026-05-0{day}" for day in (1, 2, 3, 4)]


# --8<-- [start:causes]
def causes(api, dag_id):
    found, runs = {}, f"/api/v2/dags/{dag_id}/dagRuns"
    failed = api.get(f"{runs}/~/taskInstances?state=failed&order_by=run_after").json()
    for ti in failed["task_instances"]:
        task = f"{runs}/{quote(ti['dag_run_id'])}/taskInstances/{ti['task_id']}"
        url = f"{task}/logs/{ti['try_number']}?map_index={ti['map_index']}"
        lines = [x for x in api.get(url).json()["content"] if x.get("logger") == "task"]
        errors = [x["error_detail"][0] for x in lines if "error_detail" in x]
        texts = [f"{e['exc_type']}: {e['exc_value']}" for e in errors] or ["no error"]
        found.setdefault((ti["task_id"], texts[0]), []).append(ti["run_after"])
    return found


# --8<-- [end:causes]


# --8<-- [start:table]
def table(found):
    most_first = sorted(found.items(), key=lambda row: -len(row[1]))
    return [
        f"{len(days)}x {': '.join(cause)}, {days[0][:10]} to {days[-1][:10]}"
        for cause, days in most_first
    ]


# --8<-- [end:table]


@pytest.fixture
def op(example):
    with example.api.client("op") as client:
        path = f"/api/v2/dags/{DAG}"
        client.patch(path, json={"is_paused": False}).raise_for_status()
        yield client


def fail(op, dag, days) -> None:
    """Let the scheduler start a run for each day, and workers execute its tasks."""
    for day, last in zip(days, LAST_ROWS, strict=False):
        body = {
            "dag_run_id": f"orders_{day}",
            "logical_date": None,
            "run_after": f"{day}T06:00:00Z",
            "conf": {"rows": ["A-1,3", last]},
        }
        op.post(RUNS, json=body).raise_for_status()
    scheduler = Decisions()
    for _ in range(4):
        scheduler.decide()
        scheduler.execute(dag)


def test_plain_trigger_fails_at_load(example):
    run = example.run(logical_date=None)

    assert run.task("load").error == f"ValueError: {NO_NUMBER}"
    assert (run.state, run.states) == (
        "failed",
        {"extract": "success", "load": "failed", "report": "upstream_failed"},
    )


def test_rows_with_numbers_succeed(example):
    run = example.run("repaired", logical_date=None, conf={"rows": ["A-1,3", "A-2,5"]})

    assert (run.state, run.value("report")) == ("success", "sold: 8")


def test_log_of_the_failed_task_has_the_cause_and_upstream_failed_none(example, op):
    fail(op, example.dag, DAYS[:1])
    kept = example.scenario("one run")
    client = kept.http("viewer", keep=["task_instances", "detail"])
    tasks = f"{RUNS}/orders_2026-05-01/taskInstances"

    def log(task: str, number: int) -> str:
        path = f"{tasks}/{task}/logs/{number}"
        answer = client.get(path, extensions={"name": f"{task} {number}"})
        if answer.status_code != 200:
            return f"{answer.status_code} {answer.json()['detail']}"
        lines = answer.json()["content"]
        said = [x["error_detail"][0] for x in lines if "error_detail" in x]
        if said:
            return f"{said[0]['exc_type']}: {said[0]['exc_value']}"
        return lines[-1]["event"]

    assert kept.keep(
        "logs",
        {
            "load, try 1, failed": log("load", 1),
            "report, try 0, upstream_failed": log("report", 0),
            "report, try 1": log("report", 1),
        },
    ) == {
        "load, try 1, failed": f"ValueError: {NO_NUMBER}",
        "report, try 0, upstream_failed": (
            "Task did not run because upstream task(s) failed."
        ),
        "report, try 1": "404 TaskInstance not found",
    }


def test_causes_are_counted_over_runs(example, op):
    fail(op, example.dag, DAYS)
    kept = example.scenario("four runs")
    with example.api.client("viewer") as viewer:
        found = causes(viewer, DAG)
    with kept.http("viewer", keep=["dags"]) as viewer:
        wanted = {"dag_ids": DAG}
        stats = viewer.get(
            "/api/v2/dagStats", params=wanted, extensions={"name": "stats"}
        )

    by_run = {day[:10]: ": ".join(one) for one in found for day in found[one]}
    assert kept.keep("cause by run", dict(sorted(by_run.items()))) == {
        "2026-05-01": f"load: ValueError: {NO_NUMBER}",
        "2026-05-02": "load: IndexError: list index out of range",
        "2026-05-03": f"load: ValueError: {NO_NUMBER}",
        "2026-05-04": f"load: ValueError: {NO_NUMBER}",
    }
    counted = {": ".join(cause): len(days) for cause, days in found.items()}
    assert kept.keep("failed runs", counted) == {
        f"load: ValueError: {NO_NUMBER}": 3,
        "load: IndexError: list index out of range": 1,
    }
    assert kept.keep("most frequent first", table(found)) == [
        f"3x load: ValueError: {NO_NUMBER}, 2026-05-01 to 2026-05-04",
        "1x load: IndexError: list index out of range, 2026-05-02 to 2026-05-02",
    ]
    [dag] = stats.json()["dags"]
    runs = {one["state"]: one["count"] for one in dag["stats"]}
    assert kept.keep("runs by state", runs) == {
        "queued": 0,
        "running": 0,
        "success": 0,
        "failed": 4,
    }
