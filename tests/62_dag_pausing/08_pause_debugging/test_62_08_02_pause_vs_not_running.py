"""Paused, ended, waiting: told apart by two fields of the DAG."""

from datetime import UTC, datetime

import pytest

from dagbook.running import airflow_command
from dagbook.testing.scheduler import Decisions

STEM = "62_08_02_pause_vs_not_running"
ENDED = f"{STEM}__ended"
DAGS = "/api/v2/dags"


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        pause(client, STEM, True)
        pause(client, ENDED, False)
        yield client


def pause(op, dag_id: str, flag: bool) -> None:
    op.patch(f"{DAGS}/{dag_id}", json={"is_paused": flag}).raise_for_status()


# --8<-- [start:answer]
def why(client, dag_id: str) -> str:
    dag = client.get(f"/dags/{dag_id}").json()
    next_run, now = dag["next_dagrun_run_after"], datetime.now(UTC)
    if dag["is_paused"]:
        return "paused: no scheduled run"
    if next_run is None:
        return "no next run: no schedule, or its end is over"
    late = datetime.fromisoformat(next_run) < now
    return "due: look at scheduler and limits" if late else "not due yet"


# --8<-- [end:answer]


def ask(op, example, dag_id: str) -> str:
    with example.api.client("viewer") as client:
        client.base_url = f"{example.api.url}/api/v2"
        return why(client, dag_id)


def runs(op) -> list[str]:
    found = op.get(f"{DAGS}/{STEM}/dagRuns").json()["dag_runs"]
    return sorted(f"{run['run_type']}: {run['state']}" for run in found)


def test_a_plain_run_loads_the_sales(example):
    run = example.run()

    assert (run.state, run.value("load")) == ("success", 42)


def test_two_fields_tell_four_cases_apart(example, op):
    found = {"1 paused": ask(op, example, STEM), "2 ended": ask(op, example, ENDED)}
    next_run = op.get(f"{DAGS}/{STEM}").json()["next_dagrun_run_after"]
    assert datetime.fromisoformat(next_run) < datetime.now(UTC)
    pause(op, STEM, False)
    found["3 just unpaused"] = ask(op, example, STEM)
    Decisions().decide()
    found["4 after its run was created"] = ask(op, example, STEM)
    assert example.scenario("two fields").keep("why it does not run", found) == {
        "1 paused": "paused: no scheduled run",
        "2 ended": "no next run: no schedule, or its end is over",
        "3 just unpaused": "due: look at scheduler and limits",
        "4 after its run was created": "not due yet",
    }


def test_the_ended_dag_gets_no_run_although_it_is_active(example, op):
    Decisions().decide()
    kept = example.scenario("ended")
    with kept.http("op", keep=["is_paused", "next_dagrun_run_after"]) as client:
        client.get(f"{DAGS}/{ENDED}", extensions={"name": "ended"})
    assert kept.exchanges[0]["response"] == {
        "is_paused": False,
        "next_dagrun_run_after": None,
    }
    found = op.get(f"{DAGS}/{ENDED}/dagRuns").json()["total_entries"]
    assert kept.keep("runs of the ended DAG", found) == 0


def test_an_unpause_starts_one_run_of_the_latest_time(example, op):
    assert runs(op) == []
    pause(op, STEM, False)
    scheduler = Decisions()
    scheduler.decide()
    scheduler.decide()
    kept = example.scenario("unpaused")
    assert kept.keep("runs after the unpause", runs(op)) == ["scheduled: running"]


def test_a_manual_run_of_a_paused_dag_waits(example, op):
    body = {"logical_date": None}
    op.post(f"{DAGS}/{STEM}/dagRuns", json=body).raise_for_status()
    Decisions().decide()
    kept = example.scenario("triggered")
    assert kept.keep("runs while paused", runs(op)) == ["manual: queued"]


def test_the_command_line_says_that_the_dag_is_paused(example):
    kept = example.scenario("cli")
    assert example.dags  # its answer is of this day: only the reminder is recorded
    done = airflow_command.run(("dags", "next-execution", STEM))
    said = [line for line in done.stderr.splitlines() if "PAUSED" in line]
    assert kept.keep("line on stderr", said) == [
        "[INFO] Please be reminded this DAG is PAUSED now."
    ]
