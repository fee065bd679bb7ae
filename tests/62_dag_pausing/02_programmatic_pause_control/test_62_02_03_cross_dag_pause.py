"""Pausing another DAG: after its run has ended, and not if it is oneself."""

import pytest

from dagbook.testing.child_runs import executing

STEM = "62_02_03_cross_dag_pause"
REFUNDS = f"{STEM}__refunds"
PATH = f"/api/v2/dags/{REFUNDS}"
NONE_DONE = {
    "allowed": "failed",
    "idle": "upstream_failed",
    "pause": "upstream_failed",
    "verify": "upstream_failed",
}


@pytest.fixture
def op(example):
    assert example.dags
    with example.api.client("op") as client:
        client.patch(PATH, json={"is_paused": False}).raise_for_status()
        yield client


def is_paused(op) -> bool:
    return op.get(PATH).json()["is_paused"]


def trigger(op, run_id: str, **conf) -> str:
    body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
    answer = op.post(f"{PATH}/dagRuns", json=body).raise_for_status()
    return answer.json()["state"]


def test_plain_trigger_names_no_dag_and_skips(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert [run.states[t] for t in ("idle", "pause", "verify")] == ["skipped"] * 3


def test_the_dag_is_paused_after_its_run_has_ended(example, op):
    kept = example.scenario("busy")
    trigger(op, "running-run", seconds=1)
    with executing([example.sibling("refunds")]):
        run = example.run("busy", logical_date=None, conf={"dag_id": REFUNDS})
    [other] = run.runs
    [row] = op.get(f"{PATH}/dagRuns").json()["dag_runs"]
    path = f"/api/v2/dags/{STEM}/dagRuns/~/taskInstances"
    rows = op.get(path).json()["task_instances"]
    [pause] = [row for row in rows if row["task_id"] == "pause"]

    assert (run.state, other["state"], is_paused(op)) == ("success", "success", True)
    assert kept.keep("result of verify", run.value("verify")) == (
        "paused, frozen runs: 0"
    )
    moments = sorted(
        [
            (row["end_date"], f"the run of refunds ends: {row['state']}"),
            (pause["start_date"], "the task pause starts"),
        ]
    )
    order = [text for _, text in moments]
    assert kept.keep("what happened, in this order", order) == [
        "the run of refunds ends: success",
        "the task pause starts",
    ]


def test_a_queued_run_keeps_the_dag_active(example, op):
    idle = example.dag.task_dict["idle"]
    assert (idle.poke_interval, idle.timeout) == (5, 600)
    idle.timeout = 0  # fails after the first poke
    trigger(op, "queued-run")
    run = example.run("never-idle", logical_date=None, conf={"dag_id": REFUNDS})

    assert run.states == NONE_DONE | {"allowed": "success", "idle": "failed"}
    assert run.task("idle").error.startswith("AirflowSensorTimeout")
    assert is_paused(op) is False


def test_a_paused_dag_queues_the_run_that_a_parent_triggers(example, op):
    kept = example.scenario("parent")
    op.patch(PATH, json={"is_paused": True}).raise_for_status()
    with kept.http("op", keep=["state", "dag_run_id"]) as client:
        body = {"dag_run_id": "asked-by-parent", "logical_date": None}
        url = f"{PATH}/dagRuns"
        answer = client.post(url, json=body, extensions={"name": "trigger"})

    assert (answer.status_code, answer.json()["state"]) == (200, "queued")


@pytest.mark.parametrize(
    ("name", "target", "protected", "error"),
    [
        ("self", STEM, "protected", "a DAG must not pause itself in mid-run"),
        ("protected", REFUNDS, "62.2", f"{REFUNDS} is protected"),
    ],
)
def test_refused(example, op, monkeypatch, name, target, protected, error):
    monkeypatch.setattr(example.module, "PROTECTED", protected)  # a tag that it has
    run = example.run(name, logical_date=None, conf={"dag_id": target})

    assert (run.state, run.states, is_paused(op)) == ("failed", NONE_DONE, False)
    assert run.task("allowed").error == f"AirflowFailException: {error}"


def test_unknown_dag_is_refused(example, op):
    run = example.run("unknown", logical_date=None, conf={"dag_id": "nope"})

    assert run.states == NONE_DONE
    assert "nope" in run.task("allowed").error
