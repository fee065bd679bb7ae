"""A deleted run in the middle stays away until a backfill creates it."""

from urllib.parse import quote

import pytest

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

DAG = "16_10_06_catchup_behavior_subtask_6"
PATH = f"/api/v2/dags/{DAG}"
DAYS = [f"2026-05-0{day}" for day in range(1, 6)]
ASKED = {
    "dag_id": DAG,
    "from_date": "2026-05-01T00:00:00Z",
    "to_date": "2026-05-05T00:00:00Z",
    "reprocess_behavior": "none",
}


def scheduled(day: str) -> str:
    return f"scheduled__{day}T00:00:00+00:00"


class Airflow:
    """The scheduler's decisions about the DAG, and its runs over REST."""

    def __init__(self, example, client):
        self.file, self.client = example.paths.dag, client
        assert example.dag
        self.scheduler = Decisions()
        client.patch(PATH, json={"is_paused": False}).raise_for_status()

    def days(self) -> list[str]:
        runs = self.client.get(f"{PATH}/dagRuns").json()["dag_runs"]
        return sorted(run["logical_date"][:10] for run in runs)

    def on_run(self, verb: str, day: str, **how) -> None:
        path = f"{PATH}/dagRuns/{quote(scheduled(day))}"
        self.client.request(verb, path, **how).raise_for_status()

    def parse_and_decide(self) -> list[str]:
        load(self.file)
        for _ in range(6):
            self.scheduler.decide()
        return self.days()


@pytest.fixture
def airflow(example):
    """Five scheduled runs that are over; the fourth has failed."""
    with example.api.client() as client:
        airflow = Airflow(example, client)
        assert airflow.parse_and_decide() == DAYS
        for day in DAYS:
            state = "failed" if day == DAYS[3] else "success"
            airflow.on_run("PATCH", day, json={"state": state})
        yield airflow


def test_plain_trigger_loads_the_day_of_the_run(example):
    run = example.run()
    assert (run.state, run.value("load")) == ("success", "2026-05-01")
    assert run.task("report").log == ["INFO sales of 2026-05-01 loaded"]


def test_only_the_newest_deleted_run_comes_back(example, airflow):
    seen = {}
    for name, day in {"middle": DAYS[2], "newest": DAYS[4]}.items():
        airflow.on_run("DELETE", day)
        assert day not in airflow.days()
        there = day in airflow.parse_and_decide()
        seen[f"{name}, {day}"] = "created again" if there else "still missing"

    assert example.scenario("deleted").keep(
        "after the next parse, the deleted run is", seen
    ) == {
        "middle, 2026-05-03": "still missing",
        "newest, 2026-05-05": "created again",
    }


def test_backfill_creates_what_is_missing(example, airflow):
    airflow.on_run("DELETE", DAYS[2])
    kept = example.scenario("gap")
    with kept.http(keep=["total_entries"]) as client:
        dry = client.post(
            "/api/v2/backfills/dry_run", json=ASKED, extensions={"name": "dry-run"}
        )
    with kept.http(keep=["id", "reprocess_behavior"]) as client:
        made = client.post(
            "/api/v2/backfills", json=ASKED, extensions={"name": "backfill"}
        )
    assert (dry.status_code, made.status_code) == (200, 200)
    planned = [one["logical_date"] for one in dry.json()["backfills"]]
    assert kept.keep("days of the dry run", planned) == ["2026-05-03T00:00:00Z"]
    runs = airflow.client.get(f"{PATH}/dagRuns?run_type=backfill").json()["dag_runs"]
    new = kept.keep("new runs", [run["dag_run_id"] for run in runs])
    assert new == ["backfill__2026-05-03T00:00:00+00:00"]
    assert execute(example.dag, new[0]) == "success"
    assert airflow.days() == DAYS


def test_catchup_that_is_switched_on_later_brings_no_old_day(example):
    from airflow.timetables.base import DagRunInfo

    from dagbook.airflow_compat import DagSerialization

    dag = example.dag
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    newest = DagRunInfo.exact(dag.start_date.add(days=3))
    assert stored.catchup is True
    following = stored.next_dagrun_info(last_automated_run_info=newest)
    assert following.run_after == dag.start_date.add(days=4)
    assert stored.next_dagrun_info(last_automated_run_info=following) is None
