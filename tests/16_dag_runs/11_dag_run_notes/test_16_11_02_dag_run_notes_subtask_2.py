"""Two runs of the second DAG, each with its conf and its note."""

from urllib.parse import quote

import pytest
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk.exceptions import ParamValidationError

from dagbook.testing.child_runs import execute

CHILDREN = "/api/v2/dags/16_11_02_dag_run_notes_subtask_2__order/dagRuns"


def notes(run) -> list[tuple]:
    return sorted((one["conf"]["order"], one["note"]) for one in run.runs)


def test_each_run_gets_its_conf_and_its_note(example):
    run = example.run(logical_date=None)

    assert run.states == {
        "orders": "success",
        "start[0]": "success",
        "start[1]": "success",
    }
    assert {(r["state"], r["logical_date"]) for r in run.runs} == {("queued", None)}
    assert notes(run) == [(1, "order 1, second try"), (2, "order 2, second try")]
    kept = {f"order {order}": note for order, note in notes(run)}
    example.scenario("default").keep("notes", kept)
    order = example.sibling("order")
    assert (example.dag.schedule, order.schedule) == (None, None)
    assert order.is_paused_upon_creation is False
    assert order.params.get_param("order").schema == {"type": "integer"}
    assert order.params["order"] == 1


def test_the_second_dag_reads_its_conf_and_no_note(example):
    run = example.run("child", logical_date=None)
    child = min(run.runs, key=lambda one: one["conf"]["order"])
    assert execute(example.sibling("order"), child["run_id"]) == "success"
    path = f"{CHILDREN}/{quote(child['run_id'])}/taskInstances/load/xcomEntries"
    with example.api.client("viewer") as client:
        returned = client.get(f"{path}/return_value").json()["value"]

    assert example.scenario("child").keep("load returned", returned) == (
        "order 1 loaded, note: None"
    )


def test_the_note_is_not_a_template(example):
    # --8<-- [start:template]
    operator = TriggerDagRunOperator(
        task_id="start",
        trigger_dag_id="16_11_02_dag_run_notes_subtask_2__order",
        conf={"asked_by": "{{ run_id }}"},
        note="asked by {{ run_id }}",
    )
    # --8<-- [end:template]
    operator.render_template_fields({"run_id": "SHOP-12"})

    rendered = {"conf": operator.conf["asked_by"], "note": operator.note}
    assert example.scenario("template").keep("rendered for run SHOP-12", rendered) == {
        "conf": "SHOP-12",
        "note": "asked by {{ run_id }}",
    }


def test_an_empty_reason_is_refused_before_there_is_a_run(example):
    with pytest.raises(ParamValidationError) as refused:
        example.run("no-reason", logical_date=None, conf={"reason": ""})

    said = str(refused.value).splitlines()[0]
    assert example.scenario("no-reason").keep("ParamValidationError", said) == (
        "Invalid input for param reason: '' should be non-empty"
    )
    with example.api.client("viewer") as client:
        assert client.get(CHILDREN).json()["total_entries"] == 0


def test_a_long_reason_is_cut_at_1000_characters(example):
    body = {"dag_run_id": "long", "logical_date": None, "conf": {"reason": "x" * 1500}}
    with example.api.client("user") as client:
        client.post(f"/api/v2/dags/{example.stem}/dagRuns", json=body)
        assert execute(example.dag, "long") == "success"
        runs = client.get(CHILDREN).json()["dag_runs"]

    assert [len(run["note"]) for run in runs] == [1000, 1000]
