"""Runs that wait for one cause each, and what tells the causes apart."""

from datetime import UTC, datetime

import pytest
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

STEM = "16_15_01_diagnosing_stuck_runs"
PATH = f"/api/v2/dags/{STEM}"
RUNS = "/api/v2/dags/~/dagRuns"
SOON = "2026-05-01T06:30:00Z"
EIGHT = "2026-05-01T08:00:00Z"
FAR = "2036-01-01T00:00:00Z"
PAUSED = f"Dag Not Paused: Task's DAG '{STEM}' is paused."
NO_STATE = "Task Instance State: Task is in the 'None' state."
QUEUED = (
    "Dagrun Running: Task instance's dagrun was not in the 'running' state but in the "
    "state 'queued'."
)


class Airflow:
    """The scheduler's decisions about the DAG, and its runs over REST."""

    def __init__(self, example, client):
        assert example.dag
        self.client = client
        self.scheduler = Decisions()

    def trigger(self, run_id: str, **body) -> None:
        body = {"dag_run_id": run_id, "logical_date": None, "run_after": SOON, **body}
        self.client.post(f"{PATH}/dagRuns", json=body).raise_for_status()

    def pause(self, paused: bool) -> None:
        self.client.patch(PATH, json={"is_paused": paused}).raise_for_status()

    def decide(self, run_id: str) -> str:
        """Let the scheduler make two rounds, and return the state of a run."""
        for _ in range(2):
            self.scheduler.decide()
        return self.client.get(f"{PATH}/dagRuns/{run_id}").json()["state"]

    def task(self, run_id: str, task: str) -> str | None:
        path = f"{PATH}/dagRuns/{run_id}/taskInstances/{task}"
        return self.client.get(path).json()["state"]

    def mark(self, path: str, **body) -> None:
        self.client.patch(f"{PATH}/dagRuns/{path}", json=body).raise_for_status()


@pytest.fixture
def airflow(example):
    with example.api.client("op") as client:
        yield Airflow(example, client)


def unmet(done) -> list[str]:
    """Return what ``failed-deps`` has named, but for the task's own state."""
    head, *reasons = done.stdout.strip().splitlines()
    assert head == "Task instance dependencies not met:"
    assert NO_STATE in reasons
    return [reason for reason in reasons if reason != NO_STATE]


def test_plain_trigger_succeeds(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("report")) == ("success", "sales: 42 EUR")


def test_three_causes_of_a_queued_run(example, airflow):
    airflow.trigger("first")
    causes = {"1 DAG is paused": airflow.decide("first")}
    airflow.pause(False)
    causes["1 after the unpause"] = airflow.decide("first")
    airflow.trigger("second")
    airflow.trigger("later", run_after=FAR)
    causes["2 max_active_runs reached"] = airflow.decide("second")
    kept = example.scenario("queued")
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{RUNS}?state=queued&run_after_lte={EIGHT}"
        listed = viewer.get(path, extensions={"name": "queued"}).json()
    told = kept.cli("tasks", "failed-deps", STEM, "extract", "second", name="deps")
    airflow.mark("first", state="success")
    causes["2 after the other run ended"] = airflow.decide("second")
    airflow.mark("second", state="success")
    causes["3 run_after in 2036"] = airflow.decide("later")

    assert [run["dag_run_id"] for run in listed["dag_runs"]] == ["second"]
    assert unmet(told) == [QUEUED]
    assert kept.keep("state of the run", causes) == {
        "1 DAG is paused": "queued",
        "1 after the unpause": "running",
        "2 max_active_runs reached": "queued",
        "2 after the other run ended": "running",
        "3 run_after in 2036": "queued",
    }


def test_running_run_of_a_paused_dag_starts_no_further_task(example, airflow):
    kept = example.scenario("paused")
    airflow.pause(False)
    airflow.trigger("stuck")
    assert airflow.decide("stuck") == "running"
    airflow.mark("stuck/taskInstances/extract", new_state="success")
    airflow.pause(True)
    waits = airflow.decide("stuck"), airflow.task("stuck", "load")
    told = kept.cli("tasks", "failed-deps", STEM, "load", "stuck", name="deps")
    with create_session() as session:
        run = session.scalars(select(DagRun)).one()
        run.start_date = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{RUNS}?state=running&start_date_lte={EIGHT}"
        listed = viewer.get(path, extensions={"name": "running"}).json()
    airflow.pause(False)
    airflow.decide("stuck")

    assert (waits, airflow.task("stuck", "load")) == (("running", None), "queued")
    assert unmet(told) == [PAUSED]
    assert [run["dag_run_id"] for run in listed["dag_runs"]] == ["stuck"]


def test_logical_date_in_the_future_runs_without_a_task(example, airflow):
    kept = example.scenario("future-date")
    airflow.pause(False)
    airflow.trigger("tomorrow", logical_date=FAR)
    state = airflow.decide("tomorrow")
    task = airflow.task("tomorrow", "extract")
    told = kept.cli("tasks", "failed-deps", STEM, "extract", "tomorrow", name="deps")

    [reason] = unmet(told)
    assert (state, task) == ("running", None)
    assert reason.startswith(
        "Logical Date: Logical date 2036-01-01T00:00:00+00:00 is in the future"
    )
    assert kept.keep("run and first task", [state, task]) == ["running", None]
