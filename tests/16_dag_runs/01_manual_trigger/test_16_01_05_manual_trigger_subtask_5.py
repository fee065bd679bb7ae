"""One run per customer and day, however often it is asked for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from airflow.sdk.exceptions import ParamValidationError

ADA = {"customer": "ada", "orders": [1001, 1003]}
BO = {"customer": "bo", "orders": [1002]}
CAI = {"customer": "cai", "orders": [1004]}


def children(run) -> dict:
    """The billing runs in the database, by name."""
    return {r["run_id"]: r for r in run.runs if r["dag_id"].endswith("__billing")}


# --8<-- [start:twice]
def test_asking_twice_bills_once(example):
    first = example.run()
    again = example.run(
        "asked-again",
        logical_date=None,
        run_after=datetime(2026, 5, 1, 9, 0, tzinfo=UTC),
    )

    names = ["bill-ada-2026-05-01", "bill-bo-2026-05-01", "bill-cai-2026-05-01"]
    assert sorted(children(first)) == names
    assert sorted(children(again)) == names
    for n in range(3):
        assert first.states[f"trigger_billing[{n}]"] == "success"
        assert first.task("trigger_billing", n).max_tries == 1
        assert again.states[f"trigger_billing[{n}]"] == "skipped"
        assert "trigger_run_id" not in again.task("trigger_billing", n).xcoms
    assert first.value("receipt") == again.value("receipt")
    # --8<-- [end:twice]
    assert first.value("receipt") == [{"run": n, "state": "queued"} for n in names]
    assert [
        first.task("trigger_billing", n).xcoms["trigger_run_id"] for n in range(3)
    ] == names
    assert children(first) == children(again)
    assert (first.state, again.state) == ("success", "success")
    ada, bo, cai = (children(first)[name] for name in names)
    assert [r["conf"] for r in (ada, bo, cai)] == [ADA, BO, CAI]
    for run in (ada, bo, cai):
        assert run["run_type"] == "operator_triggered"
        assert run["logical_date"] is None
        assert run["note"] == f"asked for by {first.run_id}"
    assert cai["run_after"] == "2026-05-02T06:00:00Z"
    assert datetime.fromisoformat(ada["run_after"]) > datetime.now(UTC) - timedelta(
        minutes=1
    )


# --8<-- [start:one-date]
def test_a_shared_logical_date_lets_one_run_through_and_skips_the_rest(example):
    run = example.run("one-date", role="one_date")

    assert run.states == {
        "trigger_ada": "success",
        "trigger_bo": "skipped",
        "trigger_cai": "skipped",
        "receipt": "failed",
    }
    assert list(children(run)) == ["bill-ada-2026-05-02"]
    assert run.task("receipt").error == (
        "AirflowFailException: never created: bill-bo-2026-05-02, bill-cai-2026-05-02"
    )
    # --8<-- [end:one-date]
    assert run.state == "failed"
    ada = children(run)["bill-ada-2026-05-02"]
    assert ada["conf"] == ADA
    assert ada["logical_date"] == "2026-05-02T00:00:00Z"
    assert ada["note"] == "asked for by the round that shares a date"


# --8<-- [start:variants]
def test_the_same_request_asked_in_six_other_ways(example):
    run = example.run("variants", role="variants")

    assert run.states == {
        "first": "success",
        "no_name": "success",
        "same_name": "failed",
        "same_name_skip": "skipped",
        "same_name_reset": "success",
        "wrong_dag": "failed",
        "wrong_conf": "failed",
    }
    named, unnamed = sorted(children(run).values(), key=lambda r: r["run_id"])
    assert named["run_id"] == "bill-ada-2026-05-03"
    assert unnamed["run_id"].startswith("manual__")
    assert named["conf"] == unnamed["conf"] == {"customer": "ada", "orders": [1001]}

    assert run.task("same_name").try_number == 1
    assert run.task("same_name").errors == []
    assert run.task("wrong_dag").try_number == 2
    assert run.task("wrong_conf").try_number == 2
    # --8<-- [end:variants]
    assert run.state == "failed"
    for task_id in run.states:
        assert run.task(task_id).max_tries == 1
    assert "Dag with dag_id: 'biling' not found" in run.task("wrong_dag").error
    assert "param orders: '1002' is not of type 'array'" in run.task("wrong_conf").error
    assert run.task("same_name_reset").xcoms["trigger_run_id"] == "bill-ada-2026-05-03"
    for child in (named, unnamed):
        asked_at = datetime.fromisoformat(child["logical_date"])
        assert datetime.now(UTC) - asked_at < timedelta(minutes=1)


# --8<-- [start:paused]
def test_a_paused_billing_dag_is_told_at_once(example):
    paused = example.scenario("billing-paused")
    billing = example.sibling("billing").dag_id
    with paused.http("admin", keep=["dag_id", "is_paused"]) as api:
        assert api.get(f"/api/v2/dags/{billing}").json()["is_paused"] is False
        api.patch(f"/api/v2/dags/{billing}", json={"is_paused": True})

    run = example.run("billing-paused")

    for n in range(3):
        asked = run.task("trigger_billing", n)
        assert asked.errors == [f"DagIsPaused: Dag {billing} is paused"] * 2
    assert children(run) == {}
    # --8<-- [end:paused]
    assert run.states["receipt"] == "failed"
    receipt = run.task("receipt")
    assert (receipt.try_number, receipt.max_tries) == (1, 1)
    assert receipt.error == (
        "AirflowFailException: never created: "
        "bill-ada-2026-05-01, bill-bo-2026-05-01, bill-cai-2026-05-01"
    )
    assert run.state == "failed"


def test_a_billing_run_adds_up_the_orders_it_was_given(example):
    run = example.run("bill-ada", role="billing", conf=ADA)

    assert run.value("bill") == 8990 + 4250
    assert run.task("bill").log == ["INFO ada owes 132.40"]
    assert run.state == "success"
    bill = example.sibling("billing").get_task("bill").python_callable
    assert bill(params=BO) == 12000
    assert bill(params=CAI) == 25000


@pytest.mark.parametrize(
    ("conf", "complaint"),
    [
        ({"customer": "ada", "orders": []}, r"\[\] should be non-empty"),
        ({"customer": "ada", "orders": ["1001"]}, "'1001' is not of type 'integer'"),
        ({"customer": 7, "orders": [1001]}, "7 is not of type 'string'"),
        ({"orders": [1001]}, "No value passed"),
        ({"customer": "ada"}, "No value passed"),
    ],
)
def test_the_billing_dag_says_what_a_conf_must_be(example, conf, complaint):
    billing = example.sibling("billing")
    with pytest.raises(ParamValidationError, match=complaint):
        billing.test(run_conf=conf)


def test_a_batch_is_named_by_customer_and_day(example):
    assert example.module.batches(date(2026, 12, 31), asked_by="a test") == [
        {
            "trigger_run_id": "bill-ada-2026-12-31",
            "conf": ADA,
            "note": "asked for by a test",
        },
        {
            "trigger_run_id": "bill-bo-2026-12-31",
            "conf": BO,
            "note": "asked for by a test",
        },
        {
            "trigger_run_id": "bill-cai-2026-12-31",
            "conf": CAI,
            "run_after": "2027-01-01T06:00:00+00:00",
            "note": "asked for by a test",
        },
    ]


def test_nothing_starts_by_a_clock_and_only_billing_is_active_from_the_start(example):
    assert len(example.dags) == 4
    for dag_id, dag in example.dags.items():
        assert dag.schedule is None
        assert dag.catchup is False
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
        active = dag.is_paused_upon_creation is False
        assert active == dag_id.endswith("__billing")
    retry_delay = example.dag.get_task("trigger_billing").partial_kwargs["retry_delay"]
    assert retry_delay == timedelta(seconds=1)
    edges = {t.task_id: t.downstream_task_ids for t in example.dag.tasks}
    assert edges == {
        "open_batches": {"trigger_billing", "receipt"},
        "trigger_billing": {"receipt"},
        "receipt": set(),
    }
    shared = example.sibling("one_date")
    order = ["trigger_ada", "trigger_bo", "trigger_cai", "receipt"]
    assert list(shared.topological_sort()) == [shared.get_task(t) for t in order]
    assert shared.get_task("receipt").upstream_task_ids == {"trigger_cai"}
    assert "run_after" not in example.module.TriggerDagRunOperator.template_fields
    asked = example.sibling("variants")
    assert asked.get_task("first").downstream_task_ids == set(asked.task_ids) - {
        "first"
    }
    assert asked.get_task("same_name_reset").conf == ADA
