"""Input that Airflow refuses and input that passes, by REST, CLI and dag.test()."""

import pytest
from airflow.sdk import DAG, Param
from airflow.sdk.exceptions import ParamValidationError

STEM = "16_04_02_dag_run_conf_subtask_2"
RUNS = f"/api/v2/dags/{STEM}/dagRuns"
TOO_SMALL = "Invalid input for param pieces: 0 is less than the minimum of 1"
REFUSED = {
    '{"pieces": 0}': ({"pieces": 0}, "0 is less than the minimum of 1"),
    '{"pieces": "10"}': ({"pieces": "10"}, "'10' is not of type 'integer'"),
    '{"pieces": true}': ({"pieces": True}, "True is not of type 'integer'"),
    '{"pieces": null}': ({"pieces": None}, "None is not of type 'integer'"),
    '{"day": "2026-02-30"}': ({"day": "2026-02-30"}, "'2026-02-30' is not a 'date'"),
    '{"store": "rome"}': (
        {"store": "rome"},
        "'rome' is not one of ['oslo', 'berlin']",
    ),
    '{"store": null}': (
        {"store": None},
        "None is not one of ['oslo', 'berlin']",
    ),
    '{"remark": ""}': ({"remark": ""}, "'' should be non-empty"),
}


def test_a_plain_trigger_runs_with_the_defaults(example):
    run = example.run(logical_date=None)

    assert run.state == "success"
    assert run.value("load")["pieces"] == "10"


def test_the_same_input_is_refused_by_rest_cli_and_dag_test(example):
    with pytest.raises(ParamValidationError, match=TOO_SMALL):
        example.run("dag-test", logical_date=None, conf={"pieces": 0})
    scenario = example.scenario("by-cli")
    words = ("dags", "trigger", STEM, "--conf", '{"pieces": 0}')
    done = scenario.cli(*words)
    scenario.exchanges.clear()  # a traceback differs by version of Python
    assert (done.returncode, TOO_SMALL in done.stderr) == (1, True)

    with example.api.client("user") as client:
        first = client.post(RUNS, json={"logical_date": None, "conf": {"pieces": 0}})
        other = client.post(RUNS, json={"logical_date": None, "conf": [10]})
        none = client.post(RUNS, json={"logical_date": None, "conf": None})
    assert (other.status_code, none.status_code) == (422, 200)
    reason = f"{first.status_code} {first.json()['detail'].splitlines()[0]}"
    told = example.scenario("refused").keep("status and detail", reason)
    assert told == f"400 {TOO_SMALL}"


def test_each_rule_of_the_schema_has_its_message(example):
    found = {}
    with example.api.client("user") as client:
        for name, (conf, why) in REFUSED.items():
            body = {"logical_date": None, "conf": conf}
            answer = client.post(RUNS, json=body)
            (param,) = conf
            reason = answer.json()["detail"].splitlines()[0]
            assert answer.status_code == 400
            assert reason == f"Invalid input for param {param}: {why}"
            found[name] = why
        assert client.get(RUNS).json()["total_entries"] == 0
    example.scenario("rules").keep("conf and message", found)


def test_what_passes_although_it_looks_wrong(example):
    conf = {"pieces": 10.0, "order": "A-1\n", "source": None, "stroe": "berlin"}
    run = example.run("accepted", logical_date=None, conf=conf)

    assert run.state == "success"
    assert run.value("load") == {
        "pieces": "10.0",
        "day": "'2026-05-01'",
        "store": "'oslo'",
        "order": "'A-1\\n'",
        "remark": "None",
        "source": "None",
        "stroe": "'berlin'",
    }


@pytest.mark.parametrize("param", [Param(type="integer"), Param(0, minimum=1)])
def test_a_schedule_needs_a_valid_default_for_each_param(param):
    with pytest.raises(ValueError, match="not allowed to define a Schedule") as failed:
        DAG("daily_sales", schedule="@daily", params={"pieces": param})

    assert str(failed.value) == (
        "Dag 'daily_sales' is not allowed to define a Schedule, as there are required "
        "params without default values, or the default values are not valid."
    )


def test_the_message_of_the_import_error(example):
    kept = example.scenario("import-error")
    with pytest.raises(ValueError, match="required params") as failed:
        # --8<-- [start:required]
        DAG("daily_sales", schedule="@daily", params={"pieces": Param(type="integer")})
        # --8<-- [end:required]
    kept.keep("import error", f"ValueError: {failed.value}")
