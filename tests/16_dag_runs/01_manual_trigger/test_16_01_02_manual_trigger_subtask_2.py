"""Runs of the form, of scripts, of a command and of a parent; and refused ones."""

from types import SimpleNamespace

import pytest
from airflow.api_fastapi.execution_api.datamodels.dagrun import TriggerDAGRunPayload
from airflow.api_fastapi.execution_api.routes.dag_runs import trigger_dag_run
from airflow.models.taskinstance import TaskInstance
from airflow.sdk import DAG
from airflow.sdk.api.datamodels._generated import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

STEM = "16_01_02_manual_trigger_subtask_2"
PATH = f"/api/v2/dags/{STEM}"
NIGHTLY = f"{STEM}__nightly"
ORIGIN = ("run_type", "triggered_by", "triggering_user_name")
# What the form of Airflow 3.3.2 sends for order A-2 and a note: see the live test.
FORM = {
    "conf": {"order": "A-2", "pieces": 2},
    "data_interval_end": None,
    "data_interval_start": None,
    "logical_date": "2026-05-01T06:29:41.000Z",
    "note": "arrived broken",
    "partition_key": None,
}
SCRIPT = {"logical_date": None}
ELSEWHERE = {"Referer": "https://example.org"}


@pytest.fixture
def op(example):
    """Return a client whose exchanges are not recorded."""
    with example.api.client("op") as client:
        yield client


def origin(run: dict) -> str:
    return ", ".join(str(run[part]) for part in ORIGIN)


def test_a_task_knows_the_user_and_not_the_way(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert run.value("report") == "2 pieces of order A-1, asked by dag_test"
    assert "triggering_user_name" in DagRun.model_fields
    assert "triggered_by" not in DagRun.model_fields


def test_rest_tells_the_user_of_the_token_and_ui_for_any_referer(example, op):
    asked = example.scenario("asked")
    body = SCRIPT | {"dag_run_id": "order-A-1"}
    op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    with asked.http("viewer", keep=ORIGIN) as viewer:
        run = viewer.get(f"{PATH}/dagRuns/order-A-1", extensions={"name": "run"}).json()
    assert origin(run) == "manual, rest_api, op"

    form = {"Referer": f"{example.api.url}/dags/{STEM}"}
    with asked.http("user", keep=[*ORIGIN, "is_paused"]) as user:
        user.headers.update(form)
        unpause = {"json": {"is_paused": False}, "extensions": {"name": "unpause"}}
        assert user.patch(PATH, **unpause).json()["is_paused"] is False
        sent = user.post(f"{PATH}/dagRuns", json=FORM, extensions={"name": "form"})
    again = op.post(f"{PATH}/dagRuns", json=FORM, headers=ELSEWHERE)
    dressed = op.post(f"{PATH}/dagRuns", json=SCRIPT, headers=ELSEWHERE).json()
    assert (again.status_code, dressed["logical_date"]) == (409, None)
    assert asked.keep(
        "type, triggered by, user",
        {
            "1 the form": origin(sent.json()),
            "2 a script": origin(run),
            "3 a script with a Referer": origin(dressed),
        },
    ) == {
        "1 the form": "manual, ui, user",
        "2 a script": "manual, rest_api, op",
        "3 a script with a Referer": "manual, ui, op",
    }


def test_the_command_tells_logname_and_a_child_the_user_of_its_parent(
    example, op, monkeypatch
):
    others = example.scenario("others")
    monkeypatch.setenv("LOGNAME", "anna")
    done = others.cli("dags", "trigger", STEM, "--run-id", "named", name="trigger")
    assert done.returncode == 0
    op.post(f"{PATH}/dagRuns", json=SCRIPT | {"dag_run_id": "parent"})
    with create_session() as session:
        # What TriggerDagRunOperator asks for in a task of the parent.
        task = session.scalars(
            select(TaskInstance).where(TaskInstance.run_id == "parent").limit(1)
        ).one()
        token = SimpleNamespace(id=task.id)
        trigger_dag_run(STEM, "child", TriggerDAGRunPayload(), session, token)
    days = {"from_date": "2026-05-01T00:00:00Z", "to_date": "2026-05-01T00:00:00Z"}
    made = op.post("/api/v2/backfills", json={"dag_id": NIGHTLY, **days})
    assert made.status_code == 200
    [filled] = op.get(f"/api/v2/dags/{NIGHTLY}/dagRuns").json()["dag_runs"]
    # A second backfill, of another user, takes the run: the user of the run stays.
    op.put(f"/api/v2/backfills/{made.json()['id']}/cancel").raise_for_status()
    again = {"dag_id": NIGHTLY, "reprocess_behavior": "failed", **days}
    with example.api.client("admin") as admin:
        second = admin.post("/api/v2/backfills", json=again).raise_for_status().json()
    [taken] = op.get(f"/api/v2/dags/{NIGHTLY}/dagRuns").json()["dag_runs"]
    assert (taken["state"], taken["triggering_user_name"]) == ("queued", "op")
    assert second["id"] != made.json()["id"]

    told = {
        name: op.get(f"{PATH}/dagRuns/{name}").json() for name in ("named", "child")
    }
    assert others.keep(
        "type, triggered by, user",
        {
            "1 airflow dags trigger": origin(told["named"]),
            "2 TriggerDagRunOperator in a run of op": origin(told["child"]),
            "3 backfill": origin(filled),
        },
    ) == {
        "1 airflow dags trigger": "manual, cli, anna",
        "2 TriggerDagRunOperator in a run of op": "operator_triggered, operator, op",
        "3 backfill": "backfill, backfill, op",
    }


def test_a_viewer_is_refused_by_role_and_an_admin_by_the_run_types(example):
    refused = example.scenario("refused")
    for user, path in (("viewer", STEM), ("admin", NIGHTLY)):
        with refused.http(user, keep=["detail"]) as client:
            url = f"/api/v2/dags/{path}/dagRuns"
            told = client.post(url, json=SCRIPT, extensions={"name": user})
            assert told.status_code == {"viewer": 403, "admin": 400}[user]
    assert told.json()["detail"] == (
        f"Dag with dag_id: '{NIGHTLY}' does not allow manual runs"
    )
    with pytest.raises(ValueError, match="must include SCHEDULED when the Dag has a"):
        DAG("x", schedule="@daily", allowed_run_types=["manual"])
    ignored = example.run("dag-test-ignores-types", role="nightly", logical_date=None)
    assert ignored.state == "success"
