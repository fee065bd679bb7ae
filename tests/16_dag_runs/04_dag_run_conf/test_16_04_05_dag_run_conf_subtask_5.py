"""Two stores, none, one twice, one that does not exist, and too many."""

import pytest
from airflow.sdk.exceptions import ParamValidationError


def stores(*names: str) -> dict:
    return {"stores": list(names)}


def test_two_stores_are_two_tasks(example):
    run = example.run(logical_date=None)

    assert run.states == {
        "stores": "success",
        "load[0]": "success",
        "load[1]": "success",
        "report": "success",
    }
    assert (run.values("load"), run.value("report")) == ([12, 30], 42)


def test_an_empty_list_skips_the_mapped_task_and_not_the_report(example):
    run = example.run("no-store", logical_date=None, conf=stores())

    assert run.state == "success"
    assert run.states == {"stores": "success", "load": "skipped", "report": "success"}
    assert run.value("report") == 0

    given = example.dag.get_task("report")
    given.python_callable = lambda loaded: f"{type(loaded).__name__}, {len(loaded)}"
    again = example.run("empty", logical_date=None, conf=stores())
    assert again.value("report") == "LazyXComSequence, 0"


def test_a_store_that_was_sent_twice_is_loaded_once(example):
    run = example.run("twice", logical_date=None, conf=stores("oslo", "oslo"))

    assert (run.values("load"), run.value("report")) == ([12], 12)


def test_one_bad_store_fails_the_run_and_the_others_keep_their_result(example):
    sent = stores("oslo", "rome", "paris")
    run = example.run("unknown-store", logical_date=None, conf=sent)

    assert run.state == "failed"
    assert run.states == {
        "stores": "success",
        "load[0]": "success",
        "load[1]": "failed",
        "load[2]": "success",
        "report": "upstream_failed",
    }
    assert run.task("load", 1).error == "KeyError: 'rome'"
    assert run.values("load") == [12, None, 8]


def test_more_than_maxitems_makes_no_run(example):
    sent = stores("oslo", "berlin", "paris", "oslo")
    with pytest.raises(ParamValidationError) as refused:
        example.run("too-many", logical_date=None, conf=sent)

    reason = str(refused.value).splitlines()[0]
    assert example.scenario("too-many").keep("message", reason) == (
        "Invalid input for param stores: "
        "['oslo', 'berlin', 'paris', 'oslo'] is too long"
    )


def test_the_limit_of_the_installation_fails_the_task_that_returns(
    example, monkeypatch
):
    assert example.dag.params["stores"] == ["oslo", "berlin"]
    monkeypatch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", "1")
    run = example.run("low-limit", logical_date=None)

    assert run.states["stores"] == "failed"
    assert "unmappable_return_value_length" in run.task("stores").error
    assert run.states["report"] == "upstream_failed"
