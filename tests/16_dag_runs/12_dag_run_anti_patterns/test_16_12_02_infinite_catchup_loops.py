"""A catchup that starts run after run, how it is stopped, and two ways in steps."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from dagbook.testing.deployment import read
from dagbook.testing.scheduler import Decisions

STEM = "16_12_02_infinite_catchup_loops"
DAG = f"/api/v2/dags/{STEM}"


class Airflow:
    """The DAG processor's and the scheduler's part, and the runs over REST."""

    def __init__(self, example, client):
        self.client = client
        self.file = example.scratch / f"{STEM}.py"
        self.text = example.paths.dag.read_text()
        assert example.dag
        self.scheduler = Decisions()

    def deploy(self, text: str) -> None:
        self.file.write_text(text)
        read(self.file)

    def pause(self, paused: bool) -> None:
        self.client.patch(DAG, json={"is_paused": paused}).raise_for_status()

    def decide(self) -> list[str]:
        """Let the scheduler make five rounds, and return the days that have a run."""
        for _ in range(5):
            self.scheduler.decide()
        return [run["logical_date"][:10] for run in self.runs()]

    def runs(self, states: str = "") -> list[dict]:
        path = f"{DAG}/dagRuns?order_by=logical_date{states}"
        return self.client.get(path).json()["dag_runs"]

    def next_date(self) -> str:
        return self.client.get(f"{DAG}/details").json()["next_dagrun_logical_date"][:10]


@pytest.fixture
def airflow(example):
    """Return a scheduler that has begun with the catchup."""
    with example.api.client("op") as client:
        airflow = Airflow(example, client)
        airflow.pause(False)
        assert airflow.decide() == ["2026-01-01", "2026-01-02", "2026-01-03"]
        yield airflow


def mark_failed(client) -> None:
    # --8<-- [start:answer]
    client.patch(DAG, json={"is_paused": True}).raise_for_status()
    unfinished = f"{DAG}/dagRuns?state=queued&state=running&limit=100"
    for run in client.get(unfinished).json()["dag_runs"]:
        path = f"{DAG}/dagRuns/{quote(run['dag_run_id'])}"
        client.patch(path, json={"state": "failed"}).raise_for_status()
    # --8<-- [end:answer]


def test_plain_trigger_misses_the_file_of_the_first_day(example):
    run = example.run(logical_date=None)

    assert run.task("extract").error.startswith("FileNotFoundError: [Errno 2]")
    assert run.task("extract").error.endswith("orders-2026-01-01.csv'")
    assert (run.state, run.states["load"]) == ("failed", "upstream_failed")


def test_max_active_runs_only_spreads_the_flood(example, airflow):
    unfinished = len(airflow.runs("&state=queued&state=running"))
    mark_failed(airflow.client)
    airflow.pause(False)
    airflow.deploy(airflow.text)
    more = len(airflow.decide()) - 3

    assert len(example.ticks("2025-12-01T00:00:00+00:00", 99)) == 31
    assert example.scenario("flood").keep(
        "runs",
        {
            "unfinished at a time": unfinished,
            "created when these have ended": more,
        },
    ) == {"unfinished at a time": 3, "created when these have ended": 3}


def test_deleted_runs_come_back(example, airflow):
    mark_failed(airflow.client)
    airflow.deploy(airflow.text)
    before = airflow.next_date()
    for run in airflow.runs():
        path = f"{DAG}/dagRuns/{quote(run['dag_run_id'])}"
        airflow.client.delete(path).raise_for_status()
    airflow.deploy(airflow.text)
    after = airflow.next_date()
    airflow.pause(False)

    assert example.scenario("deleted").keep(
        "next_dagrun_logical_date",
        {"1 runs marked failed": before, "2 the same runs deleted": after},
    ) == {"1 runs marked failed": "2026-01-04", "2 the same runs deleted": "2026-01-01"}
    assert airflow.decide() == ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_paused_marked_and_without_catchup_it_is_quiet(example, airflow):
    kept = example.scenario("stopped")
    mark_failed(airflow.client)
    airflow.deploy(airflow.text.replace("catchup=True", "catchup=False"))
    airflow.pause(False)
    days = airflow.decide()
    states = {run["state"] for run in airflow.runs()}

    assert (days, states) == (["2026-01-01", "2026-01-02", "2026-01-03"], {"failed"})
    kept.keep("days with a run", days)
    week = {
        "dag_id": STEM,
        "from_date": "2026-01-01T00:00:00Z",
        "to_date": "2026-01-07T00:00:00Z",
        "reprocess_behavior": "failed",
        "max_active_runs": 2,
    }
    with kept.http("op", keep=["max_active_runs", "reprocess_behavior"]) as client:
        asked = client.post(
            "/api/v2/backfills", json=week, extensions={"name": "backfill"}
        )
    assert asked.status_code == 200
    days = airflow.decide()
    states = [run["state"] for run in airflow.runs()]
    assert kept.keep(
        "runs of the backfill", {s: states.count(s) for s in sorted(set(states))}
    ) == {"queued": 5, "running": 2}
    assert days[-1] == "2026-01-07"


def test_fixed_loads_five_files_in_a_run(example):
    loaded, states = [], []
    for name, day in {"fixed": 1, "second": 2, "third": 3}.items():
        at = datetime(2026, 5, day, tzinfo=UTC)
        run = example.run(name, role="fixed", logical_date=None, run_after=at)
        loaded.append(len(run.value("next_files")))
        states.append(run.states["move_cursor"])
        assert run.state == "success"

    assert states == ["success", "success", "skipped"]
    assert example.scenario("third").keep("files of three runs", loaded) == [5, 2, 0]
