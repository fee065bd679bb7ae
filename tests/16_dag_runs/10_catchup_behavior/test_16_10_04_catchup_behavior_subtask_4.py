"""Which runs LatestOnlyOperator lets pass: the newest and those started by hand."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from dagbook.testing.child_runs import execute

THIS_YEAR = datetime.now(UTC).year
SKIPPED = {"load": "success", "latest_only": "success", "report": "skipped"}


@pytest.fixture
def admin(example):
    with example.api.client() as client:
        yield client


def backfilled(admin, dag, first: int, last: int) -> list[str]:
    """Run those years in a backfill, and return the run ids, oldest first."""
    dag_id = dag.dag_id
    body = {"dag_id": dag_id, "from_date": f"{first}-01-01T00:00:00Z"}
    body["to_date"] = f"{last}-01-01T00:00:00Z"
    admin.post("/api/v2/backfills", json=body).raise_for_status()
    rows = admin.get(f"/api/v2/dags/{dag_id}/dagRuns").json()["dag_runs"]
    runs = sorted(row["dag_run_id"] for row in rows)
    for run_id in runs:
        assert execute(dag, run_id) == "success"
    return runs


def states(admin, dag, run_id: str) -> dict[str, str]:
    path = f"/api/v2/dags/{dag.dag_id}/dagRuns/{quote(run_id)}/taskInstances"
    rows = admin.get(path).json()["task_instances"]
    return {
        f"{row['task_id']}[{row['map_index']}]"
        if row["map_index"] >= 0
        else row["task_id"]: row["state"]
        for row in rows
    }


def test_manual_run_counts_as_the_newest(example):
    run = example.run(logical_date=None)
    assert set(run.states.values()) == {"success"}
    assert run.value("report") == "1 years"


def test_backfill_reports_the_newest_year_only(example, admin):
    dag = example.dag
    *older, newest = backfilled(admin, dag, 2023, THIS_YEAR)
    assert len(older) == THIS_YEAR - 2023
    assert [states(admin, dag, run) for run in older] == [SKIPPED] * len(older)
    assert states(admin, dag, newest) == SKIPPED | {"report": "success"}
    by_hand = f"/api/v2/dags/{dag.dag_id}/dagRuns"
    body = {"logical_date": "2024-01-01T12:00:00Z", "dag_run_id": "by-hand"}
    admin.post(by_hand, json=body).raise_for_status()
    execute(dag, "by-hand")
    ends = {
        "1 older years of a backfill": states(admin, dag, older[0])["report"],
        "2 this year, in the same backfill": states(admin, dag, newest)["report"],
        "3 by hand, logical date in 2024": states(admin, dag, "by-hand")["report"],
    }
    assert example.scenario("kinds").keep("report in a run of", ends) == {
        "1 older years of a backfill": "skipped",
        "2 this year, in the same backfill": "success",
        "3 by hand, logical date in 2024": "success",
    }

    body = {"dag_run_id": older[-1], "only_failed": False, "dry_run": False}
    path = f"/api/v2/dags/{dag.dag_id}/clearTaskInstances"
    admin.post(path, json=body).raise_for_status()
    execute(dag, older[-1])
    cleared = states(admin, dag, older[-1])
    example.scenario("cleared").keep("run of last year, cleared", cleared)
    assert cleared == SKIPPED


def test_task_further_behind_runs_in_older_runs_too(example, admin):
    dag = example.sibling("behind")
    [old] = backfilled(admin, dag, 2023, 2023)
    assert example.scenario("behind").keep("run of 2023", states(admin, dag, old)) == {
        "latest_only": "success",
        "mail[0]": "skipped",
        "mail[1]": "skipped",
        "archive": "success",
    }
