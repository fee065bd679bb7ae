"""Trigger rules: what the scheduler decides for each, from the states above."""

import pytest
from shapes import chain
from world import START

#: States of the two tasks above, as the worker reports them.
CASES = {
    "both succeed": ("success", "success"),
    "success, failed": ("success", "failed"),
    "both fail": ("failed", "failed"),
    "success, skipped": ("success", "skipped"),
    "failed, skipped": ("failed", "skipped"),
    "both skipped": ("skipped", "skipped"),
    "success, running": ("success", None),
    "failed, running": ("failed", None),
    "skipped, running": ("skipped", None),
}

MEANING = {"queued": "runs", None: "waits"}


def rules():
    from airflow.task.trigger_rule import TriggerRule

    return [rule.value for rule in TriggerRule]


def fan(setup=False):
    """Return a DAG of two tasks and, below both, one task for each rule."""
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG

    with DAG("fan", schedule=None, start_date=START) as dag:
        above = [
            PythonOperator(task_id=name, python_callable=print)
            for name in ("left", "right")
        ]
        if setup:
            above[0].as_setup()
        for rule in rules():
            above >> PythonOperator(
                task_id=rule, python_callable=print, trigger_rule=rule
            )
    return dag


def outcome(world, states):
    """Return the state of each rule's task after the scheduler has seen ``states``."""
    run = world.trigger("fan")
    world.step()
    for name, state in zip(("left", "right"), states, strict=True):
        if state is None:
            world.begin(name, run_id=run.run_id)
        else:
            world.work(name, state, run_id=run.run_id)
    world.step(2)
    found = world.states(run.run_id)
    world.executor.queued_tasks.clear()
    return {rule: found[rule] for rule in rules()}


@pytest.mark.claim("thirteen-trigger-rules", by="enum")
def test_there_are_thirteen_rules():
    assert sorted(rules()) == [
        "all_done",
        "all_done_min_one_success",
        "all_done_setup_success",
        "all_failed",
        "all_skipped",
        "all_success",
        "always",
        "none_failed",
        "none_failed_min_one_success",
        "none_skipped",
        "one_done",
        "one_failed",
        "one_success",
    ]


@pytest.mark.claim("no-dummy-rule", by="enum")
def test_dummy_is_refused():
    with pytest.raises(ValueError, match="trigger_rule must be one of"):
        chain("only", tasks={"only": {"trigger_rule": "dummy"}})


@pytest.mark.claim("table-trigger-rules", by="scheduler")
def test_what_each_rule_does(world, table):
    world.sync(fan())
    found = {words: outcome(world, states) for words, states in CASES.items()}
    rows = [
        [f"`{rule}`", *(_cell(found[words][rule]) for words in CASES)]
        for rule in rules()
    ]
    table(
        "trigger-rules",
        "What becomes of a task below two others, by its trigger rule and by what has "
        "become of the two.",
        ["Rule", *CASES],
        rows,
    )


def _cell(state):
    if state in MEANING:
        shown = "none" if state is None else "running"
        return {"state": shown, "text": MEANING[state]}
    return {"state": state}


@pytest.mark.claim("none-failed-runs-after-skips", by="scheduler")
def test_none_failed_runs_even_when_everything_was_skipped(world):
    world.sync(fan())
    assert outcome(world, ("skipped", "skipped"))["none_failed"] == "queued"


@pytest.mark.claim("join-after-branch", by="scheduler")
def test_the_rule_for_a_join_after_a_branch(world):
    world.sync(fan())
    found = outcome(world, ("success", "skipped"))
    assert found["all_success"] == "skipped"
    for rule in ("none_failed_min_one_success", "none_failed", "one_success"):
        assert found[rule] == "queued"


@pytest.mark.claim("one-rules-do-not-wait", by="scheduler")
def test_rules_that_begin_with_one_do_not_wait_for_the_rest(world):
    world.sync(fan())
    early = outcome(world, ("success", None))
    assert (early["one_success"], early["one_done"]) == ("queued", "queued")
    assert outcome(world, ("failed", None))["one_failed"] == "queued"


@pytest.mark.claim("failure-does-not-wait", by="scheduler")
def test_upstream_failed_comes_before_the_rest_is_done(world):
    world.sync(fan())
    assert outcome(world, ("failed", None))["all_success"] == "upstream_failed"


@pytest.mark.claim("always-ignores-upstream", by="scheduler")
def test_always_runs_at_once(world):
    world.sync(fan())
    run = world.trigger("fan")
    world.step()
    assert world.states(run.run_id)["always"] == "queued"


@pytest.mark.claim("setup-rule-asks-setups", by="scheduler")
def test_the_setup_rule_asks_the_setups_alone(world):
    world.sync(fan(setup=True))
    assert outcome(world, ("failed", "success"))["all_done_setup_success"] == (
        "upstream_failed"
    )
    assert outcome(world, ("success", "failed"))["all_done_setup_success"] == "queued"
    dag = chain("load", "clean")
    assert dag.get_task("clean").as_teardown().trigger_rule == "all_done_setup_success"


@pytest.mark.claim("upstream-failed-spreads", by="scheduler")
def test_upstream_failed_spreads_through_the_default_rule(world):
    world.sync(chain("first", "second", "third"))
    world.trigger("chain")
    world.finish(first="failed")
    assert world.states() == {
        "first": "failed",
        "second": "upstream_failed",
        "third": "upstream_failed",
    }


@pytest.mark.claim("fail-fast-two-rules", by="model")
@pytest.mark.parametrize("rule", rules())
def test_fail_fast_allows_two_rules(rule):
    tasks = {"b": {"trigger_rule": rule}}
    if rule in ("all_success", "all_done_setup_success"):
        chain("a", "b", tasks=tasks, fail_fast=True)
        return
    with pytest.raises(Exception, match="fail.fast"):
        chain("a", "b", tasks=tasks, fail_fast=True)
