"""An operator that pauses: templated id, refusals, a server that is away."""

import json

import pytest

from dagbook.running.environment import PASSWORDS

STEM = "62_02_04_operator_pause"
REFUNDS = f"{STEM}__refunds"
PATH = f"/api/v2/dags/{REFUNDS}"
CONNECTION = "AIRFLOW_CONN_AIRFLOW_API"


@pytest.fixture
def op(example):
    assert example.dags
    with example.api.client("op") as client:
        client.patch(PATH, json={"is_paused": False}).raise_for_status()
        yield client


def is_paused(op) -> bool:
    return op.get(PATH).json()["is_paused"]


def tries(run) -> list[str]:
    return [f"try {t['try_number']}: {t['state']}" for t in run.task("pause").tries]


def test_plain_trigger_names_no_dag_and_skips(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert [run.states[t] for t in ("pause", "load", "resume")] == ["skipped"] * 3


def test_operator_pauses_and_the_callable_resumes(example, op):
    run = example.run("paused", logical_date=None, conf={"dag_id": REFUNDS})

    assert run.state == "success"
    assert run.task("pause").rendered == {"target": REFUNDS}
    tasks = enumerate(("pause", "load", "resume"), start=1)
    seen = {f"{number} {name}": run.value(name) for number, name in tasks}
    kept = example.scenario("paused")
    assert kept.keep("XComs of pause, load and resume", seen) == {
        "1 pause": True,
        "2 load": 42,
        "3 resume": False,
    }
    assert is_paused(op) is False


def test_unknown_dag_fails_at_the_first_try(example, op):
    run = example.run("unknown", logical_date=None, conf={"dag_id": "nope"})

    assert run.states["load"] == "upstream_failed"
    assert run.task("pause").error == (
        "AirflowFailException: 404 Dag with id: nope was not found"
    )
    kept = example.scenario("unknown")
    assert kept.keep("tries of pause", tries(run)) == ["try 1: failed"]


def test_a_viewer_fails_at_the_first_try(example, op):
    example.server.export("viewer")
    run = example.run("viewer", logical_date=None, conf={"dag_id": REFUNDS})

    assert run.task("pause").errors == ["AirflowFailException: 403 Forbidden"]
    assert is_paused(op) is False


def test_a_server_that_is_away_gets_a_second_try(example, op, monkeypatch):
    connection = json.loads(example.api.connection()) | {"port": 9}
    monkeypatch.setenv(CONNECTION, json.dumps(connection))
    run = example.run("server-away", logical_date=None, conf={"dag_id": REFUNDS})

    assert (
        run.task("pause").errors == ["ConnectError: [Errno 111] Connection refused"] * 2
    )
    kept = example.scenario("server-away")
    assert kept.keep("tries of pause", tries(run)) == [
        "try 1: failed",
        "try 2: failed",
    ]
    assert is_paused(op) is False


def test_login_and_password_without_a_token_are_refused(example, op):
    with example.scenario("basic-auth").http(None, keep=["detail"]) as client:
        body = {"is_paused": True}
        login = ("op", PASSWORDS["op"])  # as HttpOperator sends a connection's login
        answer = client.patch(PATH, json=body, auth=login, extensions={"name": "basic"})

    assert (answer.status_code, answer.json()["detail"]) == (401, "Not authenticated")
    assert is_paused(op) is False
