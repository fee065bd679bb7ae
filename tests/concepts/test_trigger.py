"""Runs that somebody starts, and what they hand over."""

import dagtest
import pytest
from shapes import single

OTHERS = [
    "scheduled",
    "backfill",
    "operator_triggered",
    "asset_triggered",
    "asset_materialization",
]


def post(world, **body):
    return world.rest.post("/api/v2/dags/single/dagRuns", json=body)


@pytest.mark.claim("rest-needs-logical-date-key", by="rest")
def test_the_body_must_name_the_logical_date_even_as_null(world):
    world.sync(single())
    assert post(world, conf={}).status_code == 422
    assert post(world, logical_date=None).status_code == 200


@pytest.mark.claim("run-id-of-other-type-refused", by="rest")
@pytest.mark.parametrize("kind", OTHERS)
def test_a_manual_run_cannot_have_the_name_of_another_type(world, kind):
    world.sync(single())
    assert post(world, logical_date=None, dag_run_id="manual__x").status_code == 200
    answer = post(world, logical_date=None, dag_run_id=f"{kind}__2026-05-01")
    assert answer.status_code == 400, answer.text


@pytest.mark.claim("run-id-letters", by="rest")
def test_a_run_id_has_letters_digits_and_a_few_marks(world):
    world.sync(single())
    refused = post(world, logical_date=None, dag_run_id="a run")
    assert refused.status_code in (400, 422), refused.text
    dots = post(world, logical_date=None, dag_run_id="a..b")
    assert dots.status_code == 400, dots.text
    allowed = post(world, logical_date=None, dag_run_id="a_run-1.2~3:4+5")
    assert allowed.status_code == 200


@pytest.mark.claim("note-with-trigger", by="rest")
def test_a_note_comes_with_the_run(world):
    world.sync(single())
    post(world, logical_date=None, note="the till was counted twice")
    run = world.rest.get("/api/v2/dags/single/dagRuns").json()["dag_runs"][0]
    assert run["note"] == "the till was counted twice"


@pytest.mark.claim("operator-run", "operator-run-id", by="dag.test")
def test_the_operator_makes_a_run(world):
    ran = dagtest.run(world, "caller")
    assert ran.states == {"call": "success"}
    child = next(run for run in world.runs() if run.dag_id == "caller__called")
    assert child.run_type == "operator_triggered"
    assert child.triggered_by.value == "operator"
    assert child.state == "queued"
    assert child.run_id.startswith("manual__")
    assert child.data_interval_start is not None


@pytest.mark.claim("operator-date-is-now", by="dag.test")
def test_the_operator_gives_a_logical_date_unless_told_none(world):
    dagtest.run(world, "caller")
    dagtest.run(world, "caller:caller__dateless")
    children = [run for run in world.runs() if run.dag_id == "caller__called"]
    assert children[0].logical_date is not None
    assert children[1].logical_date is None


@pytest.mark.claim("paused-dag-accepts-runs", by="scheduler")
def test_a_paused_dag_takes_a_run_and_keeps_it_queued(world):
    world.sync(single(), paused=True)
    world.trigger("single")
    world.step(2)
    assert world.run().state == "queued"


@pytest.mark.claim("conf-kept-as-given", by="rest")
def test_conf_is_json_on_the_run(world):
    world.sync(single())
    run = world.trigger("single", conf={"days": [1, 2], "deep": {"till": None}})
    assert run.conf == {"days": [1, 2], "deep": {"till": None}}


@pytest.mark.claim("params-validated", by="rest")
def test_a_declared_param_is_validated_before_the_run_is_made(world):
    from airflow.sdk import Param

    world.sync(single(params={"days": Param(1, type="integer", minimum=1)}))
    assert post(world, logical_date=None, conf={"days": "many"}).status_code == 400
    assert post(world, logical_date=None, conf={"days": 0}).status_code == 400
    assert world.runs() == []


@pytest.mark.claim("params-unknown-accepted", by="rest")
def test_a_key_that_nobody_declared_is_accepted(world):
    world.sync(single(params={"days": 1}))
    assert post(world, logical_date=None, conf={"dayz": 3}).status_code == 200


@pytest.mark.claim("conf-overrides-params", by="dag.test")
def test_conf_stands_over_params(world):
    ran = dagtest.run(world, "settings", conf={"days": 3, "till": "north"})
    assert ran.returned["read"]["params"] == {"days": 3, "till": "north"}


@pytest.mark.claim("conf-overrides-params-option", by="config")
def test_the_option_that_puts_conf_over_params_is_on():
    from airflow.configuration import conf

    assert conf.getboolean("core", "dag_run_conf_overrides_params") is True


@pytest.mark.claim("conf-in-python", by="dag.test")
def test_conf_is_readable_in_python_too(world):
    ran = dagtest.run(world, "settings", conf={"till": "north"})
    assert ran.returned["read"]["conf"] == {"till": "north"}
    assert ran.returned["template"] == "till north"


@pytest.mark.claim("conf-missing-key-fails", by="dag.test")
def test_a_template_that_reads_a_missing_key_fails(world):
    ran = dagtest.run(world, "settings", conf={})
    assert ran.states == {"read": "success", "template": "failed"}


@pytest.mark.claim("unknown-dag-404", by="rest")
def test_a_dag_that_is_not_there_takes_no_run(world):
    path, body = "/api/v2/dags/single/dagRuns", {"logical_date": None}
    assert world.rest.post(path, json=body).status_code == 404
    world.sync(single())  # the file is parsed
    assert world.rest.post(path, json=body).status_code == 200
