"""A pause that one person asks for and another one approves, rejects or misses."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from dagbook.live.waiting import until

STEM = "62_10_03_governance"
DETAILS = f"/api/v2/dags/{STEM}/dagRuns/~/hitlDetails"
SALES = f"/api/v2/dags/{STEM}__sales"
YES = {"chosen_options": ["Approve"], "params_input": {}}
NO = {"chosen_options": ["Reject"], "params_input": {}}


@pytest.fixture
def op(example):
    """Return a client whose requests are not recorded, with the sales active."""
    assert example.dag
    with example.api.client("op") as client:
        client.patch(SALES, json={"is_paused": False}).raise_for_status()
        yield client


def is_paused(op) -> bool:
    return op.get(SALES).json()["is_paused"]


def detail(op) -> dict:
    """Return what Airflow keeps of the one question, without its times."""
    [found] = op.get(DETAILS).json()["hitl_details"]
    names = ("subject", "body", "chosen_options", "responded_by_user")
    return {name: found[name] for name in names}


def audit(op) -> list[dict]:
    """Return who answered and who paused, oldest first."""
    names = ["update_hitl_detail", "patch_dag"]
    query = {"included_events": names, "order_by": "event_log_id"}
    rows = op.get("/api/v2/eventLogs", params=query).json()["event_logs"]
    found = []
    for row in rows[1:]:  # without the pause of the fixture
        extra = json.loads(row["extra"]) or {}
        said = {k: extra[k] for k in ("reason", "approved_by") if k in extra}
        found.append({"event": row["event"], "owner": row["owner"]} | said)
    return found


def test_without_an_answer_the_pause_is_rejected(example, op):
    example.dag.get_task("approve").response_timeout = timedelta(seconds=1)
    run = example.run(logical_date=None)

    assert run.states == {"approve": "success", "pause": "skipped"}
    assert (run.state, is_paused(op)) == ("success", False)
    kept = example.scenario("default")
    assert kept.keep("what Airflow keeps of the question", detail(op)) == {
        "subject": f"Pause {STEM}__sales?",
        "body": "SHOP-42",
        "chosen_options": ["Reject"],
        "responded_by_user": None,
    }


def test_an_approval_pauses_and_leaves_two_rows(example, op):
    with example.answers(people={"approve": YES}):
        run = example.run("approved", logical_date=None)

    assert run.states == {"approve": "success", "pause": "success"}
    assert is_paused(op)
    assert example.scenario("approved").keep("audit log", audit(op)) == [
        {"event": "update_hitl_detail", "owner": "admin"},
        {
            "event": "patch_dag",
            "owner": "admin",
            "reason": "SHOP-42",
            "approved_by": "admin",
        },
    ]


def test_a_rejection_skips_the_pause(example, op):
    with example.answers(people={"approve": NO}):
        run = example.run("rejected", logical_date=None)

    assert (run.states["pause"], run.state) == ("skipped", "success")
    assert not is_paused(op)


def test_another_person_and_a_second_answer_are_refused(example, op):
    kept = example.scenario("answers")

    def answer() -> list[int]:
        [ti] = until(
            "the question",
            lambda: [
                one["task_instance"] for one in op.get(DETAILS).json()["hitl_details"]
            ],
            lambda seen: [one["state"] for one in seen] == ["awaiting_input"],
        )
        path = f"/api/v2/dags/{STEM}/dagRuns/{ti['dag_run_id'].replace('+', '%2B')}"
        path += "/taskInstances/approve/-1/hitlDetails"
        codes = []
        for role, name in (("op", "wrong-person"), ("admin", "no"), ("admin", "twice")):
            with kept.http(role, keep=["detail", "chosen_options"]) as client:
                sent = client.patch(path, json=NO, extensions={"name": name})
            codes.append(sent.status_code)
        return codes

    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(answer)
        run = example.run("answered", logical_date=None)
        assert answered.result() == [403, 200, 409]
    assert run.states["pause"] == "skipped"
    assert detail(op)["responded_by_user"] == {"id": "admin", "name": "admin"}
    assert kept.exchanges[0]["response"] == {
        "detail": "User=op (id=op) is not a respondent for the task."
    }
