"""Files that arrive: by the watcher's trigger, by a request, by a sensor, and twice."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from airflow.models.trigger import Trigger
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.utils.session import create_session
from sqlalchemy import select

from dagbook.running.dag_test import load
from dagbook.testing.child_runs import execute
from dagbook.testing.scheduler import Decisions

PATH = "/api/v2/dags/16_14_01_event_driven_run_patterns"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    with example.api.client("op") as client:
        yield client


@pytest.fixture
def inbox(example):
    folder = example.module.INBOX
    folder.mkdir()
    (folder / "orders_1.csv").write_text("20\n22\n")
    return folder


def unpause(example, op) -> None:
    """Unpause the DAG, and let Airflow parse its file again, as it does in time."""
    op.patch(PATH, json={"is_paused": False}).raise_for_status()
    load(example.paths.dag)


def watch(example) -> None:
    """Let the watcher's trigger find the ready file, as the triggerer does."""

    async def first():
        return await anext(example.module.trigger.run())

    event = asyncio.run(first())
    with create_session() as session:
        [trigger] = session.scalars(select(Trigger)).all()
        Trigger.submit_event(trigger.id, event, session=session)


def next_run(op) -> str:
    """Let the scheduler decide, and return the id of the run that it has created."""
    Decisions().decide()
    path = f"{PATH}/dagRuns?state=queued&state=running"
    [run] = op.get(path).json()["dag_runs"]
    return run["dag_run_id"]


def loaded(example, op, run_id: str) -> list[str]:
    assert execute(example.dag, run_id) == "success"
    path = f"{PATH}/dagRuns/{quote(run_id)}/taskInstances/load/xcomEntries"
    return op.get(f"{path}/return_value").json()["value"]


def test_plain_trigger_without_files_loads_nothing(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", [])


def test_each_ready_file_starts_a_run_that_loads_new_files(example, op, inbox):
    unpause(example, op)
    kept, seen, ready = example.scenario("arrived"), {}, example.module.READY
    for name in ("1 orders_1.csv", "2 orders_2.csv", "3 orders_2.csv again"):
        (inbox / name.split()[1]).write_text("20\n22\n")
        ready.touch()
        watch(example)
        assert not ready.exists()
        run_id = next_run(op)
        assert run_id.startswith("asset_triggered__")
        seen[name] = loaded(example, op, run_id)

    assert kept.keep("files that the run of each ready file loaded", seen) == {
        "1 orders_1.csv": ["orders_1.csv"],
        "2 orders_2.csv": ["orders_2.csv"],
        "3 orders_2.csv again": [],
    }
    events = op.get("/api/v2/assets/events").json()["asset_events"]
    extra = [event["extra"] for event in events]
    assert extra == [{"from_trigger": True, "payload": True}] * 3
    kept.keep("extra of the asset event", extra[0])


def test_there_is_no_watcher_while_the_dag_is_paused(example, op):
    def triggers() -> int:
        with create_session() as session:
            return len(session.scalars(select(Trigger)).all())

    load(example.paths.dag)
    counts = {"1 paused": triggers()}
    unpause(example, op)
    counts["2 unpaused and parsed again"] = triggers()

    assert example.scenario("paused").keep("triggers that watch", counts) == {
        "1 paused": 0,
        "2 unpaused and parsed again": 1,
    }


def test_a_partner_starts_a_run_by_request(example, op, inbox):
    unpause(example, op)
    kept = example.scenario("request")
    [asset] = op.get("/api/v2/assets").json()["assets"]
    with kept.http("op", keep=["extra"]) as partner:
        body = {"asset_id": asset["id"], "extra": {"file": "orders_1.csv"}}
        sent = partner.post(
            "/api/v2/assets/events", json=body, extensions={"name": "event"}
        )
        assert sent.json()["extra"] == {"file": "orders_1.csv", "from_rest_api": True}
    assert loaded(example, op, next_run(op)) == ["orders_1.csv"]

    with kept.http("op", keep=["dag_run_id", "state", "detail"]) as partner:
        body = {"logical_date": None, "dag_run_id": "file_orders_2.csv"}
        first = partner.post(f"{PATH}/dagRuns", json=body, extensions={"name": "run"})
        assert (first.status_code, first.json()["state"]) == (200, "queued")
        again = partner.post(f"{PATH}/dagRuns", json=body, extensions={"name": "again"})
        assert again.status_code == 409


def test_sensor_starts_one_run_per_file(example, inbox):
    first = example.run("sensor", role="poll", logical_date=None)
    later = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
    again = example.run("again", role="poll", logical_date=None, run_after=later)

    assert first.states == {"wait": "success", "start": "success"}
    assert first.task("start").xcoms["trigger_run_id"] == "file_orders_1.csv"
    assert again.states == {"wait": "success", "start": "skipped"}
    children = [run["run_id"] for run in again.runs if run["dag_id"] == example.stem]
    assert children == ["file_orders_1.csv"]
    example.scenario("again").keep("state of start", again.states["start"])


def test_file_sensor_needs_a_connection(example):
    with pytest.raises(AirflowNotFoundException) as missing:
        FileSensor(task_id="wait", filepath="orders.ready").poke({})

    said = f"{type(missing.value).__name__}: {missing.value}"
    assert example.scenario("file-sensor").keep("error of FileSensor", said) == (
        "AirflowNotFoundException: The conn_id `fs_default` isn't defined"
    )
