"""Whether a DAG is paused, as a task, a request and a script on the server see it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from airflow.models.dag import DagModel
from airflow.models.log import Log
from airflow.utils.session import create_session
from sqlalchemy import func, select

STEM = "62_02_01_dagbag_pause"
REFUNDS = f"{STEM}__refunds"
PATH = f"/api/v2/dags/{REFUNDS}"


# --8<-- [start:script]
def paused_in_database(dag_id: str) -> bool | None:
    with create_session() as session:
        wanted = select(DagModel.is_paused).where(DagModel.dag_id == dag_id)
        return session.scalar(wanted)  # None: there is no such DAG
    # --8<-- [end:script]


# --8<-- [start:threads]
def paused_in_threads(dag_ids: list[str]) -> dict[str, bool | None]:
    with ThreadPoolExecutor(max_workers=4) as pool:
        return dict(zip(dag_ids, pool.map(paused_in_database, dag_ids), strict=True))
    # --8<-- [end:threads]


@pytest.fixture
def op(example):
    assert example.dags
    with example.api.client("op") as client:
        yield client


def pause(op, paused: bool) -> None:
    op.patch(PATH, json={"is_paused": paused}).raise_for_status()


def audit_rows() -> int:
    wanted = select(func.count()).where(Log.event == "patch_dag")
    with create_session() as session:
        return session.scalar(wanted)


def test_task_sees_the_new_dag_paused(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("refunds_open")) == ("success", False)
    assert run.value("report") == "sales: 42 EUR, refunds included: False"


def test_task_request_and_script_agree_and_the_parsed_dag_knows_nothing(example, op):
    pause(op, False)
    run = example.run("unpaused", logical_date=None)
    seen = {
        "task, ti.get_dag(…).is_paused": not run.value("refunds_open"),
        "request, GET /api/v2/dags/…": op.get(PATH).json()["is_paused"],
        "script, DagModel": paused_in_database(REFUNDS),
    }
    known = [n for n in dir(example.sibling("refunds")) if "paused" in n]
    seen["DagBag, attributes with 'paused'"] = known

    assert run.value("report") == "sales: 35 EUR, refunds included: True"
    kept = example.scenario("unpaused")
    assert kept.keep("what each way says of the unpaused DAG", seen) == {
        "task, ti.get_dag(…).is_paused": False,
        "request, GET /api/v2/dags/…": False,
        "script, DagModel": False,
        "DagBag, attributes with 'paused'": ["is_paused_upon_creation"],
    }
    assert example.sibling("refunds").is_paused_upon_creation is None


def test_unknown_dag_fails_the_task(example, monkeypatch):
    monkeypatch.setattr(example.module, "REFUNDS", "nope")
    run = example.run("unknown", logical_date=None)

    assert run.states == {"refunds_open": "failed", "report": "upstream_failed"}
    error = run.task("refunds_open").error
    assert error.startswith("ServerResponseError: Server returned error")
    assert "The Dag with dag_id: `nope` was not found" in error
    assert paused_in_database("nope") is None


def test_a_script_that_writes_leaves_no_row_in_the_audit_log(example, op):
    kept = example.scenario("written")
    with create_session() as session:
        session.get(DagModel, REFUNDS).is_paused = False
    seen = {"1 script": f"is_paused: {op.get(PATH).json()['is_paused']}"}
    seen["1 script"] += f", audit rows: {audit_rows()}"
    pause(op, True)
    seen["2 PATCH"] = f"is_paused: {op.get(PATH).json()['is_paused']}"
    seen["2 PATCH"] += f", audit rows: {audit_rows()}"

    assert kept.keep("flag and audit log after each write", seen) == {
        "1 script": "is_paused: False, audit rows: 0",
        "2 PATCH": "is_paused: True, audit rows: 1",
    }


def test_each_thread_has_a_session_of_its_own(example, op):
    pause(op, False)
    asked = [STEM, REFUNDS, "nope"]
    answers = paused_in_threads(asked * 4)

    assert example.scenario("threads").keep("is_paused, four threads", answers) == {
        STEM: True,
        REFUNDS: False,
        "nope": None,
    }
