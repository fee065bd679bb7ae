"""What a backfill sends, which version a day is run on, and runs that have a key."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import ParamValidationError

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

DAG = "16_03_06_backfill_runs_subtask_6"
BY_KEY = f"{DAG}__by_key"
KEPT = ["detail", "total_entries", "backfills"]


def body(first, last, dag_id=DAG, **more):
    return {
        "dag_id": dag_id,
        "from_date": f"2026-05-0{first}T00:00:00Z",
        "to_date": f"2026-05-0{last}T00:00:00Z",
        **more,
    }


def fill(client, first, last, **more):
    """Create a backfill, and return what closes it."""
    answer = client.post("/api/v2/backfills", json=body(first, last, **more))
    assert answer.status_code == 200, answer.text
    return lambda: client.put(f"/api/v2/backfills/{answer.json()['id']}/cancel")


def work(example, run):
    """Run a queued run to its end, on a DAG that was parsed for it alone."""
    dags, _ = load(example.paths.dag)
    assert execute(dags[run["dag_id"]], run["dag_run_id"]) == "success"


def runs(client, dag_id=DAG):
    query = {"order_by": "id"}
    return client.get(f"/api/v2/dags/{dag_id}/dagRuns", params=query).json()["dag_runs"]


def result(client, run, task_id="report"):
    """The XCom of a task of a run."""
    path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"
    entry = f"{path}/taskInstances/{task_id}/xcomEntries/return_value"
    return client.get(entry).json()["value"]


def versions(client, run):
    """The version of each task of a run as it is now."""
    path = f"/api/v2/dags/{DAG}/dagRuns/{run['dag_run_id']}/taskInstances"
    found = client.get(path).json()["task_instances"]
    return {one["task_id"]: one["dag_version"]["version_number"] for one in found}


def known(client):
    """The versions of the DAG."""
    answer = client.get(f"/api/v2/dags/{DAG}/dagVersions").json()
    return [one["version_number"] for one in answer["dag_versions"]]


def test_a_day_with_the_factors_of_the_dag(example):
    run = example.run()

    assert run.value("measure") == {"truck": 132 * 700, "van": 84 * 200}
    assert run.value("report") == {"kg": 109.2, "method": "one way", "sent": []}
    assert run.task("report").log == [
        "INFO 2026-05-01: 109200 g, one way, sent: []",
    ]
    assert run.state == "success"


# --8<-- [start:conf]
def test_what_a_backfill_sends_replaces_the_conf_of_runs_that_exist(example):
    kept = example.scenario("new-factor")
    with example.api.client("admin") as admin:
        close = fill(admin, 1, 2, dag_run_conf={"van": 210})
        for run in runs(admin):
            work(example, run)
        close()
        before = [result(admin, run) for run in runs(admin)]

        close = fill(admin, 1, 1, reprocess_behavior="completed")
        close()
        fill(admin, 2, 3, reprocess_behavior="completed", dag_run_conf={"truck": 650})
        confs = {run["logical_date"][:10]: run["conf"] for run in runs(admin)}
        assert kept.keep("conf of each day", confs) == {
            "2026-05-01": {"van": 210},
            "2026-05-02": {"truck": 650},
            "2026-05-03": {"truck": 650},
        }
        _, second, _ = runs(admin)
        work(example, second)
        again = result(admin, second)
    kept.keep("second of May, before and after", [before[1], again])
    assert [one["kg"] for one in before] == [110.0, 180.8]
    assert again == {"kg": 168.2, "method": "one way", "sent": ["truck"]}
    # --8<-- [end:conf]
    assert before[0]["sent"] == ["van"]


# --8<-- [start:refused]
def test_a_conf_that_no_run_could_have_makes_no_run(example):
    assert example.api.url
    with example.scenario("refused").http("admin", keep=KEPT) as admin:
        for path in ("/api/v2/backfills/dry_run", "/api/v2/backfills"):
            answer = admin.post(path, json=body(1, 2, dag_run_conf={"truck": 0}))
            assert answer.status_code == 422
            assert answer.json()["detail"].startswith(
                "Invalid input for param truck: 0 is less than the minimum of 1"
            )
    with example.api.client("admin") as admin:
        assert runs(admin) == []
        # A key that no param has is let through, as it is for a run.
        mistyped = body(1, 2, dag_run_conf={"lorry": 650})
        answer = admin.post("/api/v2/backfills/dry_run", json=mistyped)
        assert answer.json()["total_entries"] == 2
    # --8<-- [end:refused]


@pytest.mark.parametrize("name", ["truck", "van"])
@pytest.mark.parametrize("factor", [0, "700", 1.5])
def test_a_factor_is_a_number_of_grams(example, name, factor):
    with pytest.raises(ParamValidationError, match=f"param {name}"):
        example.dag.test(run_conf={name: factor})


@pytest.fixture
def at_once(monkeypatch):
    """Write a changed DAG although the last one was written less than 30 s ago."""
    monkeypatch.setenv("AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL", "0")


def changed(example, *changes):
    """Deploy another text of the file, as a person who edits it does."""
    text = example.paths.dag.read_text()
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = example.scratch / example.paths.dag.name
    file.write_text(text)
    load(file)


BODY = ("return kilometres", "return 2 * kilometres")
TASKS = (
    "report(measure())",
    'report(measure()) >> report.override(task_id="archive")(measure())',
)


# --8<-- [start:versions]
def test_the_version_of_a_day_that_is_run_again(example, at_once):
    kept = example.scenario("versions")
    with example.api.client("admin") as admin:
        close = fill(admin, 1, 3)
        for run in runs(admin):
            work(example, run)
        close()
        assert known(admin) == [1]
        changed(example, BODY)
        assert kept.keep("after a change inside a function", known(admin)) == [1]
        changed(example, BODY, TASKS)
        assert kept.keep("after one more task", known(admin)) == [1, 2]

        asked = {1: {"run_on_latest_version": False}, 2: {}, 3: {}}
        asked[3]["run_on_latest_version"] = True
        for day, more in asked.items():
            fill(admin, day, day, reprocess_behavior="completed", **more)()
        old, unset, new = (versions(admin, run) for run in runs(admin))
        # --8<-- [end:versions]
        assert kept.keep("run_on_latest_version: false", old) == {
            "measure": 1,
            "report": 1,
        }
        latest = {"measure": 2, "report": 2, "measure__1": 2, "archive": 2}
        assert kept.keep("run_on_latest_version left out", unset) == latest
        assert kept.keep("run_on_latest_version: true", new) == latest

        # --8<-- [start:clear]
        first = runs(admin)[0]["dag_run_id"]
        path = f"/api/v2/dags/{DAG}/dagRuns/{first}/clear"
        assert admin.post(path, json={"dry_run": False}).status_code == 200
        cleared = versions(admin, runs(admin)[0])
        assert kept.keep("a clear that leaves it out", cleared) == old
        admin.patch(path.removesuffix("/clear"), json={"state": "failed"})
        more = {"dry_run": False, "run_on_latest_version": True}
        assert admin.post(path, json=more).status_code == 200
        cleared = versions(admin, runs(admin)[0])
        assert kept.keep("a clear with run_on_latest_version", cleared) == latest
        # --8<-- [end:clear]


@pytest.fixture
def scheduler(example):
    return Decisions()


# --8<-- [start:no-history]
def test_a_run_of_a_folder_gets_the_tasks_of_the_latest_version(
    example, at_once, scheduler
):
    kept = example.scenario("no-history")
    with example.api.client("admin") as admin:
        close = fill(admin, 1, 1)
        work(example, runs(admin)[0])
        close()
        changed(example, TASKS)
        original = {"run_on_latest_version": False}
        fill(admin, 1, 1, reprocess_behavior="completed", **original)
        asked = kept.keep("as the backfill asked", versions(admin, runs(admin)[0]))
        assert asked == {"measure": 1, "report": 1}

        admin.patch(f"/api/v2/dags/{DAG}", json={"is_paused": False})
        scheduler.decide()
        moved = kept.keep("as the scheduler decided", versions(admin, runs(admin)[0]))
        assert moved == {"measure": 1, "report": 1, "measure__1": 2, "archive": 2}
        assert runs(admin)[0]["bundle_version"] is None
    # --8<-- [end:no-history]


# --8<-- [start:dag-decides]
def test_a_dag_can_decide_for_those_who_leave_it_out(example, at_once):
    with example.api.client("admin") as admin:
        close = fill(admin, 1, 1)
        work(example, runs(admin)[0])
        close()
        stays = (
            'schedule="@daily",',
            'schedule="@daily", rerun_with_latest_version=False,',
        )
        changed(example, TASKS, stays)
        assert known(admin) == [1, 2]
        fill(admin, 1, 1, reprocess_behavior="completed")
        assert versions(admin, runs(admin)[0]) == {"measure": 1, "report": 1}
    # --8<-- [end:dag-decides]


# --8<-- [start:keys]
def test_a_range_of_keys_is_a_range_of_their_dates(example):
    assert example.api.url
    with example.scenario("keys").http("admin", keep=KEPT) as admin:

        def plan(first, last):
            asked = body(first, last, BY_KEY)
            answer = admin.post("/api/v2/backfills/dry_run", json=asked).json()
            return [one["partition_key"] for one in answer["backfills"]]

        assert plan(1, 3) == ["2026-05-01", "2026-05-02"]
        assert plan(2, 2) == []
    # --8<-- [end:keys]
    with example.api.client("admin") as admin:
        answer = admin.post("/api/v2/backfills", json=body(2, 2, BY_KEY))
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith("No runs to create for Dag")
        whole = body(1, 4, BY_KEY)
        plan = admin.post("/api/v2/backfills/dry_run", json=whole).json()
        assert [one["partition_date"] for one in plan["backfills"]] == [
            "2026-05-01T06:00:00Z",
            "2026-05-02T06:00:00Z",
            "2026-05-03T06:00:00Z",
        ]
        assert {one["logical_date"] for one in plan["backfills"]} == {None}


# --8<-- [start:beside]
def test_a_key_that_is_run_again_has_two_runs(example):
    kept = example.scenario("beside")
    with example.api.client("admin") as admin:
        close = fill(admin, 1, 2, dag_id=BY_KEY)
        (first,) = runs(admin, BY_KEY)
        work(example, first)
        close()
        again = {"reprocess_behavior": "completed", "dag_run_conf": {"van": 210}}
        fill(admin, 1, 2, dag_id=BY_KEY, **again)
        both = runs(admin, BY_KEY)
        assert [run["dag_run_id"] == first["dag_run_id"] for run in both] == [
            True,
            False,
        ]
        assert [run["state"] for run in both] == ["success", "queued"]
        work(example, both[1])

        rows = [
            {"key": r["partition_key"], "conf": r["conf"], "result": result(admin, r)}
            for r in runs(admin, BY_KEY)
        ]
    assert kept.keep("runs of the key", rows) == [
        {
            "key": "2026-05-01",
            "conf": {},
            "result": {"day": "2026-05-01", "kg": 109.2},
        },
        {
            "key": "2026-05-01",
            "conf": {"van": 210},
            "result": {"day": "2026-05-01", "kg": 110.0},
        },
    ]
    # --8<-- [end:beside]


@pytest.mark.parametrize(
    ("day", "truck", "van"),
    [("2026-05-01", 132, 84), ("2026-05-02", 240, 61), ("2026-05-03", 0, 95)],
)
def test_what_the_vehicles_emit(example, day, truck, van):
    measured = example.module.grams(day, {"truck": 7, "van": 2})
    assert measured == {"truck": truck * 7, "van": van * 2}
    assert example.module.driven(84) == 84


def test_the_dags(example):
    dag, by_key = example.dag, example.sibling("by_key")
    assert dag.schedule == "@daily"
    for one in (dag, by_key):
        assert one.catchup is False
        assert one.start_date == datetime(2026, 5, 1, tzinfo=UTC)
        assert one.end_date == datetime(2026, 5, 4, tzinfo=UTC)
        assert {name: one.params[name] for name in one.params} == {
            "truck": 700,
            "van": 200,
        }
        for name in one.params:
            schema = one.params.get_param(name).schema
            assert schema == {"type": "integer", "minimum": 1}
    edges = {task.task_id: task.downstream_task_ids for task in dag.tasks}
    assert edges == {"measure": {"report"}, "report": set()}
    for task in dag.tasks:
        assert (task.retries, task.retry_delay) == (1, timedelta(seconds=1))
    assert by_key.schedule.run_offset == -1
    assert by_key.schedule.key_format == "%Y-%m-%d"
    assert by_key.schedule.expression == "0 6 * * *"
