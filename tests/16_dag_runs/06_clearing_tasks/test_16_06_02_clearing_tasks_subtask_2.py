"""What a clear would touch: a dry run for each switch and for each kind of body."""

import pytest

DAG = "/api/v2/dags/16_06_02_clearing_tasks_subtask_2"
CLEAR = f"{DAG}/clearTaskInstances"
WEEK = {
    "monday": "2026-05-04T00:00:00Z",
    "tuesday": "2026-05-05T00:00:00Z",
    "wednesday": "2026-05-06T00:00:00Z",
    "thursday": "2026-05-07T00:00:00Z",
    "friday": "2026-05-08T00:00:00Z",
    "no-date": None,
}
FROM_TUESDAY = ["tuesday", "wednesday", "thursday", "friday"]
LOAD = {"task_ids": ["load"], "only_failed": False, "dry_run": True}
TUESDAY = {"dag_run_id": "tuesday", **LOAD}
NO_DATE = (
    "Cannot use include_past or include_future with no logical_date"
    "(e.g. manually or asset-triggered)."
)


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded; the six runs are over."""
    with example.api.client("op") as client:
        for name, date in WEEK.items():
            body = {"dag_run_id": name, "logical_date": date}
            client.post(f"{DAG}/dagRuns", json=body).raise_for_status()
            path = f"{DAG}/dagRuns/{name}"
            client.patch(path, json={"state": "success"}).raise_for_status()
        yield client


def touched(answer) -> dict[str, list[str]]:
    """Return the tasks that an answer names, by run."""
    answer.raise_for_status()
    found: dict[str, list[str]] = {}
    for row in answer.json()["task_instances"]:
        found.setdefault(row["dag_run_id"], []).append(row["task_id"])
    return {name: sorted(found[name]) for name in WEEK if name in found}


def states(op) -> dict[str, str]:
    rows = op.get(f"{DAG}/dagRuns").json()["dag_runs"]
    return {row["dag_run_id"]: row["state"] for row in rows}


def test_a_plain_trigger_sums_the_orders(example):
    run = example.run(logical_date=None)
    assert run.value("report") == "sold 100"
    assert run.state == "success"


def test_future_reaches_the_later_runs_and_a_dry_run_changes_nothing(example, op):
    kept = example.scenario("from-tuesday")
    with kept.http(keep=["total_entries"]) as client:
        body = {
            "dag_run_id": "tuesday",
            "task_ids": ["load"],
            "include_future": True,
            "only_failed": False,
            "dry_run": True,
        }
        dry = touched(client.post(CLEAR, json=body, extensions={"name": "dry run"}))
    assert dry == {name: ["load"] for name in FROM_TUESDAY}
    assert kept.exchanges[0]["response"] == {"total_entries": 4}
    assert set(states(op).values()) == {"success"}
    kept.keep("runs that it names", list(dry))

    real = touched(op.post(CLEAR, json={**body, "dry_run": False}))
    assert real == dry
    queued = [name for name, state in states(op).items() if state == "queued"]
    assert sorted(queued) == sorted(FROM_TUESDAY)


def test_each_switch(example, op):
    switches = {
        "1 no switch": {},
        "2 include_upstream": {"include_upstream": True},
        "3 include_downstream": {"include_downstream": True},
        "4 include_past": {"include_past": True},
        "5 include_future": {"include_future": True},
    }
    seen = {
        name: touched(op.post(CLEAR, json={**TUESDAY, **switch}))
        for name, switch in switches.items()
    }
    assert seen == {
        "1 no switch": {"tuesday": ["load"]},
        "2 include_upstream": {"tuesday": ["extract", "extract", "extract", "load"]},
        "3 include_downstream": {"tuesday": ["load", "report"]},
        "4 include_past": {"monday": ["load"], "tuesday": ["load"]},
        "5 include_future": {name: ["load"] for name in FROM_TUESDAY},
    }
    shown = {
        name: f"{sum(map(len, runs.values()))} of {', '.join(runs)}"
        for name, runs in seen.items()
    }
    example.scenario("switches").keep("task instances and their runs", shown)


def test_a_run_without_a_date_has_no_past_and_no_future(example, op):
    kept = example.scenario("no-date")
    body = {**TUESDAY, "dag_run_id": "no-date", "include_future": True}
    with kept.http(keep=["detail"]) as client:
        answer = client.post(CLEAR, json=body, extensions={"name": "refused"})
    assert (answer.status_code, answer.json()["detail"]) == (400, NO_DATE)


def test_which_runs_a_body_means(example, op):
    window = {
        "start_date": "2000-01-01T00:00:00Z",
        "end_date": "2100-01-01T00:00:00Z",
    }
    both = {"include_past": True, "include_future": True}
    bodies = {
        "1 neither run nor dates": LOAD,
        "2 tuesday, past and future": {**TUESDAY, **both},
        "3 start_date 2000, end_date 2100": {**LOAD, **window},
        "4 tuesday, a task that does not exist": {**TUESDAY, "task_ids": ["laod"]},
    }
    seen = {name: touched(op.post(CLEAR, json=body)) for name, body in bodies.items()}
    assert [list(runs) for runs in seen.values()] == [
        list(WEEK),
        list(WEEK),
        list(WEEK)[:5],
        [],
    ]
    shown = {
        name: f"{len(runs)} runs, {'no-date among them' if 'no-date' in runs else ''}"
        for name, runs in seen.items()
    }
    shown = {name: text.removesuffix(", ") for name, text in shown.items()}
    example.scenario("bodies").keep("runs that the body touches", shown)
    refused = op.post(CLEAR, json={**TUESDAY, **window})
    assert refused.status_code == 422


def test_the_command_with_a_window_misses_the_run_without_a_date(example, op):
    kept = example.scenario("command-line")
    window = ("--start-date", "2026-05-01", "--end-date", "2026-05-31")
    kept.cli("tasks", "clear", example.stem, *window, "--yes", name="window")
    missed = [name for name, state in states(op).items() if state == "success"]
    assert kept.keep("runs that are not cleared", missed) == ["no-date"]
    named = ("--run-id", "no-date", "--yes")
    kept.cli("dags", "clear", example.stem, *named, name="by run id")
    assert set(states(op).values()) == {"queued"}
