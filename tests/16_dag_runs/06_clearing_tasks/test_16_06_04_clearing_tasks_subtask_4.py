"""Runs cleared by the dozen: what failed, what is new, and what a batch lost."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.log_trigger import when_logged
from dagbook.testing.scheduler import Decisions

NOISE = "16_06_04_clearing_tasks_subtask_4__noise"
RUNS = f"/api/v2/dags/{NOISE}/dagRuns"
ONE_MORE = ('{"loudest": max}', '{"loudest": max, "quietest": min}')
LEVELS = {1: "62 81 58 77", 2: "60 84 71", 3: "61 79 57 80", 4: "70 69"}

PARAMS = {
    "dag_id": {"type": "string", "pattern": r"^[\w.-]+$"},
    "mode": {"type": "string", "enum": ["failed", "new", "latest"]},
    "first": {"type": "string", "format": "date-time"},
    "last": {"type": "string", "format": "date-time"},
    "runs": {"type": "array"},
    "batch": {"type": "integer", "minimum": 1, "maximum": 100},
    "note": {"type": "string", "maxLength": 1000},
}


@pytest.fixture
def at_once(monkeypatch):
    """Write a changed DAG although the last one was written less than 30 s ago."""
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")


@pytest.fixture
def admin(example):
    with example.api.client("admin") as client:
        yield client


def deliver(example, *days):
    """The meter sends the levels of these days."""
    for day in days:
        (example.scratch / f"noise-2026-05-0{day}.txt").write_text(LEVELS[day])


def deployed(example, change=None):
    """Deploy the file, or a changed text of it, and return the DAG of the noise."""
    text = example.paths.dag.read_text()
    file = example.paths.dag
    if change:
        assert text.count(change[0]) == 1
        file = example.scratch / file.name
        file.write_text(text.replace(*change))
    dags, _ = load(file)
    return dags[NOISE]


def queue(client, day, conf=None, dated=True):
    """Ask for a run of that day of May, and return its id."""
    moment = f"2026-05-0{day}T06:00:00Z"
    body = {"dag_run_id": f"may-{day}", "run_after": moment, "conf": conf or {}}
    body["logical_date"] = moment if dated else None
    client.post(RUNS, json=body).raise_for_status()
    return f"may-{day}"


def ran(example, client, *days, **how):
    """Run those days as the DAG is deployed, and return how they ended."""
    dag = deployed(example)
    return [execute(dag, queue(client, day, **how)) for day in days]


def tasks(client, run):
    """State and try of each task of a run."""
    rows = client.get(f"{RUNS}/{run}/taskInstances").json()["task_instances"]
    told = {row["task_id"]: f"{row['state']}, try {row['try_number']}" for row in rows}
    return dict(sorted(told.items()))


def runs(client):
    """State of each run, and its note if it has one."""
    rows = client.get(RUNS, params={"order_by": "run_after"}).json()["dag_runs"]
    return {
        row["dag_run_id"]: ": ".join(filter(None, [row["state"], row["note"]]))
        for row in rows
    }


def level(client, run, task_id="loudest"):
    entry = f"{RUNS}/{run}/taskInstances/{task_id}/xcomEntries/return_value"
    return client.get(entry).json()["value"]


# --8<-- [start:failed]
def test_what_failed_is_cleared_in_batches_and_keeps_its_conf(example, admin):
    deliver(example, 1)
    assert ran(example, admin, 1) == ["success"]
    assert ran(example, admin, 2, 4) == ["failed", "failed"]
    assert ran(example, admin, 3, conf={"offset": 3}, dated=False) == ["failed"]

    run = example.run(conf={"batch": 2})
    kept = example.scenario("default")

    broken = ["levels", "loudest"]
    assert run.value("choose") == ["may-2", "may-3", "may-4"]
    assert run.value("plan") == {f"may-{day}": broken for day in (2, 3, 4)}
    assert run.task("clear").log == [
        "INFO next batch: may-2, may-3",
        "INFO next batch: may-4",
    ]
    assert kept.keep("runs afterwards", runs(admin)) == {
        "may-1": "success",
        **{f"may-{day}": "queued: the meter was late" for day in (2, 3, 4)},
    }
    deliver(example, 2, 3)
    again = [execute(deployed(example), f"may-{day}") for day in (2, 3, 4)]
    assert again == ["success", "success", "failed"]
    assert [level(admin, f"may-{day}") for day in (2, 3)] == [84, 80 + 3]
    # --8<-- [end:failed]
    # The dry runs leave no event, and no run was cleared one by one.
    told = admin.get("/api/v2/eventLogs", params={"dag_id": NOISE}).json()
    events = Counter(row["event"] for row in told["event_logs"])
    assert (events["clear_dag_run"], events["clear_dag_runs"]) == (0, 2)
    assert tasks(admin, "may-3") == {
        "loudest": "success, try 1",
        "levels": "success, try 2",
    }
    assert level(admin, "may-1") == 81
    assert run.value("clear") == {
        "cleared": ["may-2", "may-3", "may-4"],
        "refused": {},
    }
    assert run.value("report") == "3 cleared"
    assert set(run.states.values()) == {"success"}


# --8<-- [start:new]
def test_only_what_is_new_is_run(example, admin, at_once):
    deliver(example, 1, 2)
    assert ran(example, admin, 1, 2) == ["success", "success"]
    later = deployed(example, ONE_MORE)
    kept = example.scenario("new")
    with kept.http("admin") as client:
        both = [{"dag_run_id": "may-1"}, {"dag_run_id": "may-2"}]
        body = {"dry_run": True, "only_new": True, "dag_runs": both}
        answer = client.post(f"/api/v2/dags/{NOISE}/clearDagRuns", json=body)
    new = {"task_id": "quietest", "task_display_name": "quietest"}
    assert answer.json()["task_instances"] == [new, new]  # of which run?

    run = example.run("new", conf={"mode": "new", "note": "the quiet hours too"})

    assert run.value("plan") == {"may-1": ["quietest"], "may-2": ["quietest"]}
    assert kept.keep("may-1 afterwards", tasks(admin, "may-1")) == {
        "loudest": "success, try 1",
        "levels": "success, try 1",
        "quietest": "None, try 0",
    }
    assert execute(later, "may-1") == "success"
    assert tasks(admin, "may-1")["levels"] == "success, try 1"
    assert level(admin, "may-1", "quietest") == 58
    assert runs(admin)["may-2"] == "queued: the quiet hours too"
    # --8<-- [end:new]
    more = example.run("new-again", conf={"mode": "new"}, logical_date=None)
    assert more.value("plan") == {}
    assert more.value("report") == "0 cleared"
    assert runs(admin)["may-1"] == "success: the quiet hours too"


# --8<-- [start:latest]
def test_everything_is_run_on_the_latest_version(example, admin, at_once):
    deliver(example, 1)
    assert ran(example, admin, 1) == ["success"]
    later = deployed(example, ONE_MORE)

    run = example.run("latest", conf={"mode": "latest"})
    kept = example.scenario("latest")

    assert run.value("plan") == {"may-1": ["levels", "loudest"]}
    assert kept.keep("may-1 afterwards", tasks(admin, "may-1")) == {
        "loudest": "None, try 1",
        "levels": "None, try 1",
        "quietest": "None, try 0",
    }
    assert execute(later, "may-1") == "success"
    assert tasks(admin, "may-1")["levels"] == "success, try 2"
    again = {"dry_run": True, "run_on_latest_version": True}
    rows = admin.post(f"{RUNS}/may-1/clear", json=again).json()["task_instances"]
    names = sorted(row["task_id"] for row in rows)
    assert kept.keep("the same dry run, afterwards", names) == [
        "levels",
        "loudest",
        "quietest",
    ]
    # --8<-- [end:latest]


# --8<-- [start:lost]
def test_a_run_that_is_lost_meanwhile_costs_its_batch_nothing(example, admin):
    assert ran(example, admin, 1, 2, 3) == ["failed"] * 3

    with when_logged(example, "may-1, may-2", lambda: admin.delete(f"{RUNS}/may-2")):
        run = example.run("lost", conf={"batch": 2})

    missing = f"The DagRun with dag_id: `{NOISE}` and run_id: `may-2` was not found"
    assert run.value("clear") == {
        "cleared": ["may-1", "may-3"],
        "refused": {"may-2": f"404: {missing}"},
    }
    assert run.task("report").error == (
        f"AirflowFailException: 2 cleared, not cleared: {{'may-2': '404: {missing}'}}"
    )
    late = "queued: the meter was late"
    assert runs(admin) == {"may-1": late, "may-3": late}
    # --8<-- [end:lost]
    assert run.state == "failed"


# --8<-- [start:typo]
def test_a_mistyped_run_stops_the_plan_before_anything_is_changed(example, admin):
    assert ran(example, admin, 1) == ["failed"]
    run = example.run("typo", conf={"runs": ["may-1", "may-l"]})
    assert run.value("choose") == ["may-1", "may-l"]
    assert run.task("plan").error == (
        f"AirflowFailException: 404: The DagRun with dag_id: `{NOISE}` and run_id: "
        "`may-l` was not found"
    )
    assert runs(admin) == {"may-1": "failed"}
    # --8<-- [end:typo]
    assert run.states["clear"] == run.states["report"] == "upstream_failed"


# --8<-- [start:refused]
def test_what_the_api_refuses(example, admin):
    assert ran(example, admin, 1) == ["failed"]
    clear, one = f"/api/v2/dags/{NOISE}/clearDagRuns", {"dag_run_id": "may-1"}
    kept = example.scenario("refused")
    with kept.http("admin", keep=[]) as client:
        both = {"only_new": True, "only_failed": True, "dag_runs": [one]}
        answer = client.post(clear, json=both)
        assert answer.status_code == 422
        message = kept.keep("the 422 says", answer.json()["detail"][0]["msg"])
        assert message.endswith("only_new and only_failed are mutually exclusive")
    with kept.http("admin", keep=["detail"]) as client:
        lost = {"dry_run": False, "dag_runs": [one, {"dag_run_id": "may-l"}]}
        assert client.post(clear, json=lost).status_code == 404
    assert runs(admin) == {"may-1": "failed"}  # not even the one that exists
    # --8<-- [end:refused]


@pytest.fixture
def scheduler(example):
    return Decisions()


# --8<-- [start:added]
def test_clearing_one_task_starts_a_task_that_was_added_later(
    example, admin, at_once, scheduler
):
    deliver(example, 1)
    assert ran(example, admin, 1) == ["success"]
    deployed(example, ONE_MORE)
    body = {"dag_run_id": "may-1", "task_ids": ["loudest"], "only_failed": False}
    path = f"/api/v2/dags/{NOISE}/clearTaskInstances"
    kept = example.scenario("added")
    with kept.http("admin", keep=["total_entries"]) as client:
        client.post(path, json={**body, "dry_run": True})
        answer = client.post(path, json={**body, "dry_run": False})
        assert answer.json()["total_entries"] == 1
    kept.keep("after the clear", tasks(admin, "may-1"))
    assert "quietest" not in tasks(admin, "may-1")

    admin.patch(f"/api/v2/dags/{NOISE}", json={"is_paused": False})
    scheduler.decide()
    kept.keep("after the scheduler has looked", tasks(admin, "may-1"))
    assert "quietest" in tasks(admin, "may-1")
    # --8<-- [end:added]


# --8<-- [start:not-new]
def test_only_new_runs_a_task_that_is_not_new_to_the_run(
    example, admin, at_once, scheduler
):
    deliver(example, 1)
    assert ran(example, admin, 1) == ["success"]
    deployed(example, ONE_MORE)
    body = {"dag_run_id": "may-1", "task_ids": ["loudest"], "only_failed": False}
    path = f"/api/v2/dags/{NOISE}/clearTaskInstances"
    admin.post(path, json={**body, "dry_run": False}).raise_for_status()
    admin.patch(f"/api/v2/dags/{NOISE}", json={"is_paused": False})
    scheduler.decide()
    for task in ("loudest", "quietest"):
        done = {"new_state": "success"}
        admin.patch(f"{RUNS}/may-1/taskInstances/{task}", json=done)
    scheduler.decide()
    assert runs(admin) == {"may-1": "success"}

    kept = example.scenario("not-new")
    kept.keep("before", tasks(admin, "may-1"))
    planned = example.run("not-new", conf={"mode": "new"})
    assert planned.value("plan") == {}
    with kept.http("admin", keep=["total_entries", "state", "note"]) as client:
        new = {"only_new": True, "note": "once more"}
        dry = client.post(f"{RUNS}/may-1/clear", json={**new, "dry_run": True})
        assert dry.json()["total_entries"] == 0
        client.post(f"{RUNS}/may-1/clear", json={**new, "dry_run": False})
    assert kept.keep("after", tasks(admin, "may-1")) == {
        "levels": "success, try 1",
        "loudest": "success, try 2",
        "quietest": "None, try 1",
    }
    # --8<-- [end:not-new]
    assert kept.values["before"] == {
        "levels": "success, try 1",
        "loudest": "success, try 2",
        "quietest": "success, try 1",
    }
    assert runs(admin) == {"may-1": "queued: once more"}
    again = {"dry_run": False, "only_new": True, "note": "for nothing"}
    assert admin.post(f"{RUNS}/may-1/clear", json=again).status_code == 200
    assert runs(admin) == {"may-1": "queued: for nothing"}
    assert tasks(admin, "may-1") == kept.values["after"]


def test_the_modes(example):
    assert example.module.MODES == {
        "failed": (["failed"], {"only_failed": True}),
        "new": (["success", "failed"], {"only_new": True}),
        "latest": (["success", "failed"], {"run_on_latest_version": True}),
    }


def test_the_window(example, admin):
    assert ran(example, admin, 1, 2, 3) == ["failed"] * 3
    window = {"first": "2026-05-02T06:00:00Z", "last": "2026-05-02T06:00:00Z"}
    run = example.run("window", conf=window)
    assert run.value("choose") == ["may-2"]


def test_the_command_line_asks_for_a_window_of_logical_dates(example, admin):
    assert ran(example, admin, 1) == ["failed"]
    assert ran(example, admin, 2, dated=False) == ["failed"]
    line = example.scenario("command-line")
    window = ("--start-date", "2026-05-01", "--end-date", "2026-05-31")
    done = line.cli("tasks", "clear", NOISE, *window, "--only-failed", "--yes")
    assert done.returncode == 0
    left_out = {"may-1": "queued", "may-2": "failed"}
    assert line.keep("after the first command", runs(admin)) == left_out
    done = line.cli("dags", "clear", NOISE, "--run-id", "may-2", "--yes")
    assert done.stdout.strip() == "Cleared 2 task instance(s) across 1 Dag run(s)."
    assert runs(admin)["may-2"] == "queued"


@pytest.mark.parametrize(
    "conf",
    [
        {"mode": "all"},
        {"batch": 0},
        {"batch": 101},
        {"dag_id": "a/b"},
        {"note": "x" * 1001},
        {"runs": "may-1"},
        {"first": 1},
        {"last": 1},
    ],
)
def test_what_the_form_refuses(example, conf):
    with pytest.raises(ParamValidationError):
        example.dag.test(run_conf=conf)


def test_a_slow_server_is_waited_for(example):
    example.api.export()
    with example.module.api() as client:
        assert client.timeout.read == 30


def test_the_dags(example):
    noise = example.sibling("noise")
    for dag in (example.dag, noise):
        assert (dag.schedule, dag.catchup) == (None, False)
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "choose": {"plan"},
        "plan": {"clear"},
        "clear": {"report"},
        "report": set(),
    }
    assert noise.get_task("levels").downstream_task_ids == {"loudest"}
    assert {name: example.dag.params[name] for name in example.dag.params} == {
        "dag_id": NOISE,
        "mode": "failed",
        "first": "2026-05-01T00:00:00Z",
        "last": "2026-05-31T23:59:59Z",
        "runs": [],
        "batch": 20,
        "note": "the meter was late",
    }
    assert {task.retries for task in example.dag.tasks} == {0}
    assert noise.params["offset"] == 0
    assert {
        name: example.dag.params.get_param(name).schema for name in PARAMS
    } == PARAMS
    assert noise.params.get_param("offset").schema == {"type": "integer"}
