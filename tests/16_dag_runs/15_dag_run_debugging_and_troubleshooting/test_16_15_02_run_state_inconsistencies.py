"""A run whose state is not that of its tasks: found, computed again, and the trap."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_15_02_run_state_inconsistencies"
FAILED = {
    "extract": ("success", 1),
    "load": ("failed", 1),
    "report": ("upstream_failed", 0),
}
NOTED = {"state": "queued", "note": "state computed again from the tasks"}


class Airflow:
    """The scheduler's decisions about one run, and the run over REST."""

    def __init__(self, example, client):
        assert example.dag
        self.client = client
        self.scheduler = Decisions()
        client.patch(PATH, json={"is_paused": False}).raise_for_status()

    def mark(self, run_id: str, state: str) -> None:
        path = f"{PATH}/dagRuns/{quote(run_id)}"
        self.client.patch(path, json={"state": state}).raise_for_status()

    def decide(self, run_id: str) -> str:
        """Let the scheduler make two rounds, and return the state of the run."""
        for _ in range(2):
            self.scheduler.decide()
        return self.client.get(f"{PATH}/dagRuns/{quote(run_id)}").json()["state"]

    def tasks(self, run_id: str) -> dict[str, tuple]:
        path = f"{PATH}/dagRuns/{quote(run_id)}/taskInstances"
        rows = self.client.get(path).json()["task_instances"]
        return {row["task_id"]: (row["state"], row["try_number"]) for row in rows}


@pytest.fixture
def airflow(example):
    with example.api.client("op") as client:
        yield Airflow(example, client)


def test_plain_trigger_fails_at_load(example):
    run = example.run(logical_date=None)

    assert run.task("load").error == (
        "ValueError: invalid literal for int() with base 10: 'x'"
    )
    assert (run.state, run.states["report"]) == ("failed", "upstream_failed")


def test_queued_computes_the_state_from_the_tasks(example, airflow):
    run_id = example.run("marked", logical_date=None).run_id
    kept = example.scenario("marked")
    airflow.mark(run_id, "success")
    states = {"1 marked success": "success"}
    with kept.http("viewer", keep=["total_entries"]) as viewer:
        path = f"{PATH}/dagRuns/~/taskInstances?state=failed"
        failed = viewer.get(path, extensions={"name": "failed-tasks"}).json()
        path = f"{PATH}/dagRuns?state=success"
        good = viewer.get(path, extensions={"name": "good-runs"}).json()
    assert [ti["dag_run_id"] for ti in failed["task_instances"]] == [run_id]
    assert [run["dag_run_id"] for run in good["dag_runs"]] == [run_id]

    path = f"{PATH}/dagRuns/{quote(run_id)}"
    with kept.http("op", keep=["state", "note"]) as client:
        answer = client.patch(path, json=NOTED, extensions={"name": "queue"})
    states["2 set to queued"] = answer.json()["state"]
    states["3 after the scheduler"] = airflow.decide(run_id)

    assert airflow.tasks(run_id) == FAILED
    assert kept.keep("state of the run", states) == {
        "1 marked success": "success",
        "2 set to queued": "queued",
        "3 after the scheduler": "failed",
    }


def test_a_good_run_that_was_marked_failed_is_a_success_again(example, airflow):
    conf = {"rows": ["A-1,3"]}
    run = example.run("reverse", logical_date=None, conf=conf)
    airflow.mark(run.run_id, "failed")
    before = airflow.tasks(run.run_id)
    airflow.mark(run.run_id, "queued")

    assert airflow.decide(run.run_id) == "success"
    assert airflow.tasks(run.run_id) == before
    assert set(before.values()) == {("success", 1)}


def test_a_run_of_skipped_tasks_becomes_a_success(example, airflow):
    body = {"dag_run_id": "early", "logical_date": None}
    airflow.client.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    airflow.decide("early")
    airflow.mark("early", "failed")
    tasks = {state for state, _ in airflow.tasks("early").values()}
    marked = f"{airflow.decide('early')}, tasks {' '.join(tasks)}"
    told = {"1 marked failed before load": marked}
    airflow.mark("early", "queued")
    told["2 set to queued"] = airflow.decide("early")
    clear = {"dag_run_id": "early", "only_failed": False, "dry_run": False}
    path = f"{PATH}/clearTaskInstances"
    airflow.client.post(path, json=clear).raise_for_status()
    told["3 cleared"] = airflow.decide("early")
    told["3 extract"] = airflow.tasks("early")["extract"][0]

    assert told["2 set to queued"] == "success"
    assert (told["3 cleared"], told["3 extract"]) == ("running", "queued")
    example.scenario("skipped").keep("state of the run", told)


def test_a_task_without_heartbeat_is_failed(example, airflow):
    body = {"dag_run_id": "lost", "logical_date": None}
    airflow.client.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    airflow.decide("lost")
    with create_session() as session:
        ti = session.scalars(
            select(TaskInstance).where(TaskInstance.task_id == "extract")
        ).one()
        assert ti.state == "queued"
        ti.state = "running"
        ti.last_heartbeat_at = datetime.now(UTC) - timedelta(seconds=301)
    airflow.scheduler.end_lost_tasks()
    assert airflow.tasks("lost")["extract"] == ("failed", 1)
    airflow.decide("lost")
    states = airflow.decide("lost"), airflow.tasks("lost")
    path = "/api/v2/eventLogs?event=heartbeat timeout"
    [event] = airflow.client.get(path).json()["event_logs"]

    assert states == (
        "failed",
        {
            "extract": ("failed", 1),
            "load": ("upstream_failed", 0),
            "report": ("upstream_failed", 0),
        },
    )
    text = event["extra"].partition(" See ")[0]
    assert example.scenario("lost").keep("event: heartbeat timeout", text) == (
        "Task did not emit heartbeat within time limit (300 seconds) and will be "
        "terminated."
    )
