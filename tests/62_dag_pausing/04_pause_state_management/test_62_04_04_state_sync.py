"""Drift of a pause state: found, applied on demand, and left to a person."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.models.log import Log
from airflow.utils.session import create_session
from sqlalchemy import update

STEM = "62_04_04_state_sync"
SALES = f"{STEM}__load_sales"
DAGS = "/api/v2/dags"


@pytest.fixture
def pause(example):
    """Return a function that pauses or unpauses the sales as one of the users."""
    assert example.dag

    def sent(role: str, flag: bool) -> None:
        with example.api.client(role) as client:
            body = {"is_paused": flag}
            client.patch(f"{DAGS}/{SALES}", json=body).raise_for_status()

    return sent


def is_paused(example) -> bool:
    with example.api.client("viewer") as client:
        return client.get(f"{DAGS}/{SALES}").json()["is_paused"]


def two_hours_ago() -> None:
    """Let the audit log have all pauses two hours earlier."""
    then = datetime.now(UTC) - timedelta(hours=2)
    with create_session() as session:
        session.execute(update(Log).where(Log.event == "patch_dag").values(dttm=then))


def test_no_drift_and_nothing_to_apply(example, pause):
    pause("admin", False)
    run = example.run()

    assert run.state == "success"
    assert run.value("find_drift") == {}
    assert run.states["apply"] == "skipped"


def test_drift_is_told_and_not_applied(example, pause):
    pause("admin", True)
    run = example.run("drift")

    assert run.value("find_drift") == {SALES: True}
    assert (run.states["apply"], is_paused(example)) == ("skipped", True)


def test_each_environment_has_its_own_states(example, pause, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_ENVIRONMENT", "test")
    pause("admin", False)
    run = example.run("test environment")

    assert run.value("find_drift") == {SALES: False}


@pytest.mark.parametrize("role", ["admin", "op"])
def test_drift_is_applied_on_demand_unless_a_person_made_it(example, pause, role):
    pause(role, True)
    name = "applied" if role == "admin" else "changed by a person"
    run = example.run(name, conf={"apply": True})

    applied = role == "admin"  # the user of the connection airflow_api
    assert run.value("apply") == ([SALES] if applied else [])
    assert is_paused(example) is not applied


def test_after_an_hour_the_change_of_a_person_is_undone(example, pause):
    pause("op", True)
    two_hours_ago()
    run = example.run("later", conf={"apply": True})

    assert (run.value("apply"), is_paused(example)) == ([SALES], False)


def test_an_id_that_airflow_lacks_fails_the_task(example, pause, monkeypatch):
    pause("admin", False)
    monkeypatch.setitem(example.module.WANTED["production"], "gone", True)
    run = example.run("unknown id")

    assert (run.state, run.states["find_drift"]) == ("failed", "failed")
    assert "'404 Not Found' for url" in run.task("find_drift").error
    assert "/dags/gone" in run.task("find_drift").error
