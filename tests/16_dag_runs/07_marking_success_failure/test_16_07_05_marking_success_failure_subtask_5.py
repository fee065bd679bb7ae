"""Five exceptions, five ends of a task, and what fail_fast makes of a failure."""

import pytest
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTerminated,
    FailFastDagInvalidTriggerRule,
)

BROKEN = "AirflowFailException: row 2 cannot be read"
BUSY = "ConnectionError: 503 from the partner"


def ends(run) -> dict[str, tuple]:
    """State and tries of the load of each file."""
    loads = [run.task("load", n) for n in range(len(run.value("files")))]
    found = [(one.state, one.try_number) for one in loads]
    return dict(zip(run.value("files"), found, strict=True))


def test_five_files_end_in_five_ways(example):
    run = example.run(logical_date=None)

    assert ends(run) == {
        "good": ("success", 1),
        "empty": ("skipped", 1),
        "broken": ("failed", 1),  # of three tries that it may have
        "late": ("success", 1),  # came back in the same try
        "busy": ("success", 2),
    }
    loads = [run.task("load", n) for n in range(5)]
    assert {one.max_tries for one in loads} == {2}
    assert [one.errors for one in loads] == [[], [], [BROKEN], [], [BUSY]]
    assert run.values("load") == ["good", None, None, "late", "busy"]
    assert run.states["report"] == "upstream_failed"
    assert run.state == "failed"
    shown = {file: f"{state}, tries: {n}" for file, (state, n) in ends(run).items()}
    example.scenario("default").keep("how each load ends", shown)


@pytest.mark.parametrize("error", [AirflowSensorTimeout, AirflowTaskTerminated])
def test_two_more_errors_fail_without_a_retry(example, monkeypatch, error):
    assert example.dags
    monkeypatch.setattr(example.module, "AirflowFailException", error)
    name = error.__name__.lower()
    run = example.run(name, logical_date=None, conf={"files": ["broken"]})
    assert ends(run) == {"broken": ("failed", 1)}


def test_a_skipped_index_is_missing_from_the_list(example):
    conf = {"files": ["empty", "good"]}
    run = example.run("one-skip", conf=conf)
    assert ends(run) == {"empty": ("skipped", 1), "good": ("success", 1)}
    assert run.value("report") == ["good"]
    assert run.state == "success"

    strict = example.run("one-skip-all-success", role="fail_fast", conf=conf)
    assert ends(strict) == ends(run)
    assert strict.states["report"] == "skipped"
    assert strict.state == "success"
    shown = {"none_failed": run.states["report"], "all_success": "skipped"}
    kept = example.scenario("one-skip")
    kept.keep("state of report, by its trigger rule", shown)


def test_fail_fast_skips_the_leaf_and_the_run_is_a_success(example):
    conf = {"files": ["good", "broken", "busy"]}
    run = example.run("fail-fast", role="fail_fast", conf=conf)

    assert ends(run) == {
        "good": ("success", 1),
        "broken": ("failed", 1),
        "busy": ("success", 2),  # of the same mapped task: not stopped
    }
    assert run.states["report"] == "skipped"
    assert run.state == "success"


@pytest.mark.parametrize("rule", ["none_failed", "all_done", "one_failed"])
def test_fail_fast_refuses_another_trigger_rule(rule):
    @task(trigger_rule=rule)
    def other(): ...

    with (
        DAG("fast", schedule=None, fail_fast=True),
        pytest.raises(FailFastDagInvalidTriggerRule, match="dag can only have"),
    ):
        other()


def test_fail_fast_allows_the_rule_of_a_teardown():
    @task(trigger_rule="all_done_setup_success")
    def other(): ...

    with DAG("fast", schedule=None, fail_fast=True) as dag:
        other()
    assert dag.task_ids == ["other"]


def test_a_context_argument_has_no_default_but_none():
    def load(task_reschedule_count=0): ...

    with pytest.raises(ValueError, match="can't have a default other than None"):
        task(load)()


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("empty", AirflowSkipException),
        ("broken", AirflowFailException),
        ("late", AirflowRescheduleException),
    ],
)
def test_except_exception_would_catch_it(example, file, error):
    load = example.dag.get_task("load").python_callable
    with pytest.raises(error):
        load(file, ti=None, task_reschedule_count=0)
    assert issubclass(error, Exception)
