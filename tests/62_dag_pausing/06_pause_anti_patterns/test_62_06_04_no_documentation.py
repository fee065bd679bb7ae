"""What the audit log has of a pause, and how a reason comes into it."""

import pytest
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from sqlalchemy import update

STEM = "62_06_04_no_documentation"
DAGS = "/api/v2/dags"
BAD = f"{DAGS}/{STEM}"
WHY = {"reason": "SHOP-42 vendor renamed amount"}


@pytest.fixture
def op(example):
    assert example.dags
    with example.api.client("op") as client:
        yield client


def log(op, event: str = "patch_dag") -> list[dict]:
    """Return the audit log's rows of an event, newest first."""
    ask = {"event": event, "order_by": "-event_log_id"}
    return op.get("/api/v2/eventLogs", params=ask).json()["event_logs"]


def is_paused(op) -> bool:
    return op.get(BAD).json()["is_paused"]


def test_unpaused_by_somebody_who_does_not_know_the_reason(example):
    run = example.run(logical_date=None)

    assert run.states == {"extract": "success", "load": "failed"}
    assert run.task("load").error == "KeyError: 'amount'"
    assert run.state == "failed"


def test_fixed_maps_the_column_and_tells_the_reason(example):
    run = example.run("fixed", role="fixed", logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)
    with example.api.client("viewer") as viewer:
        text = viewer.get(f"{BAD}__fixed/details").json()["doc_md"]
    line = text.strip().splitlines()[0]
    assert example.scenario("fixed").keep("first line of doc_md", line) == (
        "Paused on 2026-04-27 (SHOP-42): the vendor renamed `amount` to `total`."
    )


def test_reason_in_the_query_is_kept_by_the_audit_log(example, op):
    kept = example.scenario("reason")
    with kept.http("op", keep=["is_paused"]) as client:
        answer = client.patch(
            BAD,
            params={"update_mask": "is_paused", **WHY},
            json={"is_paused": True},
            extensions={"name": "pause"},
        )
    (row,) = log(op)

    assert (answer.status_code, is_paused(op)) == (200, True)
    assert (row["dag_id"], row["owner"]) == (STEM, "op")
    assert kept.keep("extra of the row", row["extra"]) == (
        '{"update_mask": "is_paused", "reason": "SHOP-42 vendor renamed amount", '
        '"is_paused": true, "method": "PATCH"}'
    )
    owners = op.get(BAD).json()["owners"]
    assert kept.keep(
        "two owners",
        {"owners of the DAG": owners, "owner of the row": row["owner"]},
    ) == {"owners of the DAG": ["sales-team"], "owner of the row": "op"}


def test_pause_at_creation_and_by_sql_leave_no_row(example, op):
    seen = {"1 creation": [is_paused(op), len(log(op))]}
    for number, paused in ((2, False), (3, True)):
        with create_session() as session:
            chosen = update(DagModel).where(DagModel.dag_id == STEM)
            session.execute(chosen.values(is_paused=paused))
        seen[f"{number} SQL sets {paused}"] = [is_paused(op), len(log(op))]
    op.patch(BAD, json={"is_paused": True}).raise_for_status()
    seen["4 PATCH sends True"] = [is_paused(op), len(log(op))]

    kept = example.scenario("rows")
    kept.keep("extra without a reason", log(op)[0]["extra"])
    assert log(op)[0]["extra"] == '{"is_paused": true, "method": "PATCH"}'
    assert kept.keep("is_paused, and rows of the audit log", seen) == {
        "1 creation": [True, 0],
        "2 SQL sets False": [False, 0],
        "3 SQL sets True": [True, 0],
        "4 PATCH sends True": [True, 1],
    }


def test_reason_in_the_body_is_refused_and_logged(example, op):
    op.patch(BAD, json={"is_paused": False}).raise_for_status()
    kept = example.scenario("in-body")
    with kept.http("op") as client:
        answer = client.patch(BAD, json={"is_paused": True, **WHY})
    detail = answer.json()["detail"][0]
    seen = {
        "status": answer.status_code,
        "detail": detail["msg"],
        "is_paused afterwards": is_paused(op),
        "extra of the newest row": log(op)[0]["extra"],
    }

    assert kept.keep("answer", seen) == {
        "status": 422,
        "detail": "Extra inputs are not permitted",
        "is_paused afterwards": False,
        "extra of the newest row": '{"is_paused": true, "reason": '
        '"SHOP-42 vendor renamed amount", "method": "PATCH"}',
    }


def test_bulk_patch_keeps_the_reason_without_dag_id(example, op):
    ask = {"dag_id_pattern": STEM, **WHY}
    op.patch(DAGS, params=ask, json={"is_paused": True}).raise_for_status()
    (row,) = log(op, "patch_dags")
    shown = {"dag_id": row["dag_id"], "extra": row["extra"]}

    assert example.scenario("bulk").keep("row of a bulk PATCH", shown) == {
        "dag_id": None,
        "extra": f'{{"dag_id_pattern": "{STEM}", "reason": '
        '"SHOP-42 vendor renamed amount", "is_paused": true, "method": "PATCH"}',
    }
