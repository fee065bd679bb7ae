"""A parent asks for two child runs: once, again, with one date, without the skip."""

from datetime import UTC, datetime

import pytest

BILL = "16_01_05_manual_trigger_subtask_5__bill"
RUNS = f"/api/v2/dags/{BILL}/dagRuns"
NAMES = ["bill-ada-2026-05-01", "bill-bo-2026-05-01"]


@pytest.fixture
def op(example):
    """Return a client whose exchanges are not recorded."""
    with example.api.client("op") as client:
        yield client


def children(run) -> list[dict]:
    return [other for other in run.runs if other["dag_id"] == BILL]


def test_a_second_run_of_the_parent_skips_what_is_there(example):
    first = example.run(logical_date=None)
    noon = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    again = example.run("again", logical_date=None, run_after=noon)

    assert first.state == again.state == "success"
    assert [run["run_id"] for run in children(first)] == NAMES
    assert children(again) == children(first)
    assert [run["conf"] for run in children(first)] == [
        {"customer": "ada"},
        {"customer": "bo"},
    ]
    assert {run["logical_date"] for run in children(first)} == {None}
    for n in (0, 1):
        asked, skipped = first.task("bill", n), again.task("bill", n)
        assert (asked.state, skipped.state) == ("success", "skipped")
        assert asked.xcoms["trigger_run_id"] == NAMES[n]
        assert "trigger_run_id" not in skipped.xcoms
    assert first.value("check") == again.value("check") == NAMES
    example.scenario("again").keep(
        "child runs after both runs of the parent",
        [run["run_id"] for run in children(again)],
    )


def test_one_logical_date_for_two_children_loses_one(example, op):
    op.patch(f"/api/v2/dags/{BILL}", json={"is_paused": False}).raise_for_status()
    more = {"logical_date": "2026-05-02T00:00:00Z"}
    run = example.run("one-date", logical_date=None, conf={"more": more})

    states = sorted(run.states[f"bill[{n}]"] for n in (0, 1))
    assert states == ["skipped", "success"]
    assert len(children(run)) == 1
    assert run.task("check").error == (
        "AirflowFailException: 1 of 2 runs never created"
    )
    assert run.state == "failed"


def test_without_the_skip_a_run_that_exists_fails_the_task_without_a_retry(
    example, op, capfd
):
    op.post(RUNS, json={"dag_run_id": NAMES[0], "logical_date": None})
    more = {"skip_when_already_exists": False}
    run = example.run("no-skip", logical_date=None, conf={"more": more})

    ada = run.task("bill", 0)
    assert (ada.state, ada.try_number, ada.max_tries) == ("failed", 1, 1)
    assert ada.errors == []
    assert "Dag Run already exists, marking task as failed." in capfd.readouterr().out
    assert run.states["bill[1]"] == "success"
    assert run.value("check") == NAMES
    assert run.state == "success"  # the last task succeeded


def test_a_wrong_conf_uses_the_retry_and_run_after_is_no_template_field(example):
    more = {"conf": {"customer": 7}}
    wrong = example.run("wrong-conf", logical_date=None, conf={"more": more})
    for n in (0, 1):
        assert wrong.task("bill", n).try_number == 2
        assert "7 is not of type 'string'" in wrong.task("bill", n).error

    fields = example.module.TriggerDagRunOperator.template_fields
    assert "run_after" not in fields
    assert {"trigger_run_id", "logical_date", "conf"} <= set(fields)
    later = {"run_after": "2026-05-02T06:00:00+00:00"}
    run = example.run("later", logical_date=None, conf={"more": later})
    [bo] = [one for one in children(run) if one["run_id"] == NAMES[1]]
    assert bo["run_after"] == "2026-05-02T06:00:00Z"
