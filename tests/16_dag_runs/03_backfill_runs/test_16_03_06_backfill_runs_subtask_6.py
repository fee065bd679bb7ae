"""What a backfill does to the conf of runs, by logical date and by partition key."""

from datetime import UTC, datetime

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute

STEM = "16_03_06_backfill_runs_subtask_6"
BY_KEY = f"{STEM}__by_key"
BACKFILLS = "/api/v2/backfills"
DRY_RUN = f"{BACKFILLS}/dry_run"


def body(first: int, last: int, dag_id: str = STEM, **more):
    return {
        "dag_id": dag_id,
        "from_date": f"2026-05-0{first}",
        "to_date": f"2026-05-0{last}",
        **more,
    }


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


def create(client, asked, name: str = "") -> str:
    """Create a backfill, and return the path that cancels it."""
    more = {"extensions": {"name": name}} if name else {}
    answer = client.post(BACKFILLS, json=asked, **more).raise_for_status()
    return f"{BACKFILLS}/{answer.json()['id']}/cancel"


def runs(client, dag_id: str = STEM) -> list[dict]:
    path = f"/api/v2/dags/{dag_id}/dagRuns?order_by=id"
    return client.get(path).json()["dag_runs"]


def confs(client) -> dict:
    return {run["logical_date"][:10]: run["conf"] for run in runs(client)}


def work(example, client, run) -> dict:
    """Execute a queued run and return the value of its report."""
    dag = load(example.paths.dag)[0][run["dag_id"]]
    assert execute(dag, run["dag_run_id"]) == "success"
    path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"
    entry = f"{path}/taskInstances/report/xcomEntries/return_value"
    return client.get(entry.replace("+", "%2B")).json()["value"]


def test_a_plain_trigger_reports_at_the_rate_of_the_dag(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", {"rate": 100, "total": 50})


def test_dag_run_conf_replaces_the_whole_conf_of_runs_that_exist(example, op):
    kept = example.scenario("new-rate")
    may_2 = datetime(2026, 5, 2, tzinfo=UTC)
    old = example.run("new-rate", logical_date=may_2, conf={"rate": 90, "shop": "oslo"})
    assert old.value("report") == {"rate": 90, "total": 45}
    found = {"1 before": confs(op)}

    cancel = create(op, body(2, 2, reprocess_behavior="completed"))
    (again,) = runs(op)
    assert (again["dag_run_id"], again["state"]) == (old.run_id, "queued")
    found["2 completed, no dag_run_conf"] = confs(op)
    assert work(example, op, again) == {"rate": 90, "total": 45}
    op.put(cancel).raise_for_status()

    cancel = create(op, body(1, 3, dag_run_conf={"rate": 120}))
    assert confs(op) == {
        "2026-05-01": {"rate": 120},
        "2026-05-02": {"rate": 90, "shop": "oslo"},  # none: it has a run
        "2026-05-03": {"rate": 120},
    }
    for run in runs(op):
        if run["state"] == "queued":
            work(example, op, run)
    op.put(cancel).raise_for_status()

    whole = body(1, 3, reprocess_behavior="completed", dag_run_conf={"rate": 120})
    with kept.http("op", keep=["id", "dag_run_conf"]) as client:
        cancel = create(client, whole, "create")
    found["3 completed, rate 120"] = confs(op)
    assert kept.keep("conf of the runs", found) == {
        "1 before": {"2026-05-02": {"rate": 90, "shop": "oslo"}},
        "2 completed, no dag_run_conf": {"2026-05-02": {"rate": 90, "shop": "oslo"}},
        "3 completed, rate 120": {
            "2026-05-01": {"rate": 120},
            "2026-05-02": {"rate": 120},
            "2026-05-03": {"rate": 120},
        },
    }
    (second,) = (run for run in runs(op) if run["dag_run_id"] == old.run_id)
    result = work(example, op, second)
    assert kept.keep("report of 2 May", result) == {"rate": 120, "total": 60}
    op.put(cancel).raise_for_status()
    create(op, whole | {"dag_run_conf": {}})
    assert set(map(str, confs(op).values())) == {"{}"}


def test_a_range_of_a_partitioned_dag_is_compared_with_the_partition_date(example):
    kept = example.scenario("keys")
    with example.api.client("op") as client:

        def keys(first: int, last: int) -> dict:
            answer = client.post(DRY_RUN, json=body(first, last, BY_KEY)).json()
            assert {one["logical_date"] for one in answer["backfills"]} <= {None}
            return {
                one["partition_key"]: one["partition_date"]
                for one in answer["backfills"]
            }

        found = {"1 to 3 May": keys(1, 3), "2 to 2 May": keys(2, 2)}
        nothing = client.post(BACKFILLS, json=body(2, 2, BY_KEY))
    assert kept.keep("keys of the dry run", found) == {
        "1 to 3 May": {
            "2026-05-01": "2026-05-01T06:00:00Z",
            "2026-05-02": "2026-05-02T06:00:00Z",
        },
        "2 to 2 May": {},
    }
    assert nothing.status_code == 422
    assert nothing.json()["detail"].startswith("No runs to create for Dag")


def test_a_key_that_is_run_again_gets_a_second_run(example, op):
    kept = example.scenario("by-key")
    cancel = create(op, body(1, 2, BY_KEY))
    (first,) = runs(op, BY_KEY)
    reports = [work(example, op, first)]
    op.put(cancel).raise_for_status()

    again = {"reprocess_behavior": "completed", "dag_run_conf": {"rate": 120}}
    create(op, body(1, 2, BY_KEY, **again))
    old, new = runs(op, BY_KEY)
    assert (old["dag_run_id"], old["state"]) == (first["dag_run_id"], "success")
    assert old["partition_key"] == new["partition_key"] == "2026-05-01"
    reports.append(work(example, op, new))
    assert kept.keep("reports of the two runs", reports) == [
        {"day": "2026-05-01", "rate": 100},
        {"day": "2026-05-01", "rate": 120},
    ]


def test_a_conf_that_breaks_the_schema_makes_no_run(example, op):
    kept = example.scenario("refused")
    with kept.http("op", keep=["detail", "total_entries"]) as client:
        bad = body(1, 2, dag_run_conf={"rate": 0})
        dry = client.post(DRY_RUN, json=bad, extensions={"name": "dry run"})
        real = client.post(BACKFILLS, json=bad, extensions={"name": "create"})
        typo = body(1, 2, dag_run_conf={"rat": 120})
        passed = client.post(DRY_RUN, json=typo, extensions={"name": "typo"})

    for answer in (dry, real):
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith(
            "Invalid input for param rate: 0 is less than the minimum of 1"
        )
    assert runs(op) == []
    assert (passed.status_code, passed.json()["total_entries"]) == (200, 2)
