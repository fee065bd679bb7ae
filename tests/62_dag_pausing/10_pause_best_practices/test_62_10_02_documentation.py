"""The register of pauses: written by REST, reviewed by a DAG."""

import json

import pytest

STEM = "62_10_02_documentation"
REFUNDS = f"{STEM}__refunds"
EMPTY = {"done": [], "overdue": [], "unknown DAG": []}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded."""
    assert example.dag
    with example.api.client("op") as client:
        yield client


def write(client, dag_id: str, until: str, owner: str = "stock"):
    value = json.dumps({"reason": "SHOP-42", "owner": owner, "until": until})
    body = {"key": f"pause__{dag_id}", "value": value}
    extensions = {"name": "write"}
    return client.post("/api/v2/variables", json=body, extensions=extensions)


def pause(op, dag_id: str, paused: bool) -> None:
    body = {"is_paused": paused}
    op.patch(f"/api/v2/dags/{dag_id}", json=body).raise_for_status()


def test_an_empty_register_gives_empty_lists(example):
    run = example.run()

    assert (run.state, run.value("read_register")) == ("success", [])
    assert run.value("review") == EMPTY


def test_the_review_finds_what_is_overdue_and_what_is_done(example, op):
    pause(op, STEM, True)
    pause(op, REFUNDS, False)
    with example.scenario("review").http("op", keep=["key", "value"]) as client:
        assert write(client, STEM, "2026-04-30").status_code == 201
    write(op, REFUNDS, "2026-06-30", owner="refunds")
    run = example.run("review")

    entry = {"reason": "SHOP-42", "owner": "stock", "until": "2026-04-30"}
    assert run.value("read_register") == [
        entry | {"dag_id": STEM, "paused": True},
        entry
        | {"dag_id": REFUNDS, "paused": False}
        | {"owner": "refunds", "until": "2026-06-30"},
    ]
    assert run.value("review") == EMPTY | {
        "overdue": [f"{STEM}: SHOP-42, stock"],
        "done": [f"{REFUNDS}: SHOP-42, refunds"],
    }


@pytest.mark.parametrize(
    ("until", "overdue"), [("2026-04-30", 1), ("2026-05-01", 0), ("2026-05-02", 0)]
)
def test_a_pause_is_overdue_the_day_after(example, op, until, overdue):
    pause(op, STEM, True)
    write(op, STEM, until)
    run = example.run(f"until {until}")

    assert len(run.value("review")["overdue"]) == overdue
    assert run.value("review")["done"] == []


def test_an_unknown_dag_is_reported_and_does_not_fail_the_review(example, op):
    write(op, "nope", "2026-04-30")
    run = example.run("unknown")

    assert run.state == "success"
    assert run.value("review") == EMPTY | {"unknown DAG": ["nope: SHOP-42, stock"]}


def test_the_audit_log_says_who_wrote_an_entry_and_hides_the_value(example, op):
    write(op, STEM, "2026-04-30")
    query = {"event": "post_variable", "order_by": "-event_log_id", "limit": 1}
    [row] = op.get("/api/v2/eventLogs", params=query).json()["event_logs"]
    kept = example.scenario("audit")
    assert kept.keep("audit row", {"owner": row["owner"], "extra": row["extra"]}) == {
        "owner": "op",
        "extra": f'{{"key": "pause__{STEM}", "value": "***", "method": "POST"}}',
    }
