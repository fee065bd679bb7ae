"""How a run gets its state: the leaves decide."""

from datetime import timedelta

import pytest
from shapes import chain, single
from world import START, ago


def fork():
    """Return a DAG with two leaves, ``left`` and ``right``."""
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG

    with DAG("fork", schedule=None, start_date=START) as dag:
        begin = EmptyOperator(task_id="begin")
        for name in ("left", "right"):
            begin >> PythonOperator(task_id=name, python_callable=print)
    return dag


def cleaned(fail_dagrun):
    """Return a DAG ``load`` → teardown ``clean``."""
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG

    with DAG("cleaned", schedule=None, start_date=START) as dag:
        load = PythonOperator(task_id="load", python_callable=print)
        clean = PythonOperator(task_id="clean", python_callable=print)
        load >> clean.as_teardown(on_failure_fail_dagrun=fail_dagrun)
    return dag


@pytest.mark.claim("failed-leaf-fails-run", by="scheduler")
def test_a_failed_leaf_fails_the_run(world):
    world.sync(fork())
    world.trigger("fork")
    world.finish(left="failed")
    assert world.states() == {"begin": "success", "left": "failed", "right": "success"}
    assert world.run().state == "failed"


@pytest.mark.claim("upstream-failed-leaf-fails-run", by="scheduler")
def test_a_leaf_below_a_failure_fails_the_run(world):
    world.sync(chain())
    world.trigger("chain")
    world.finish(first="failed")
    assert world.states()["last"] == "upstream_failed"
    assert world.run().state == "failed"


@pytest.mark.claim("leaves-success-or-skipped", by="scheduler")
@pytest.mark.parametrize("end", ["success", "skipped"])
def test_leaves_that_succeed_or_are_skipped_make_success(world, end):
    world.sync(fork())
    world.trigger("fork")
    world.finish(left=end, right=end)
    assert world.run().state == "success"


@pytest.mark.claim("judged-when-nothing-unfinished", by="scheduler")
def test_a_run_is_judged_when_nothing_is_unfinished(world):
    world.sync(fork())
    world.trigger("fork")
    world.step(2)
    world.work("left", "failed")
    world.begin("right")
    world.step()
    assert world.states()["left"] == "failed"
    assert world.run().state == "running"
    world.report("right", "success")
    world.step()
    assert world.run().state == "failed"


@pytest.mark.claim("all-done-leaf-hides-failure", by="scheduler")
def test_an_all_done_leaf_hides_a_failure(world):
    world.sync(chain(tasks={"last": {"trigger_rule": "all_done"}}))
    world.trigger("chain")
    world.finish(middle="failed")
    assert world.states()["middle"] == "failed"
    assert world.run().state == "success"


@pytest.mark.claim("teardown-is-no-leaf", by="scheduler")
def test_a_failed_teardown_does_not_fail_the_run(world):
    world.sync(cleaned(fail_dagrun=False))
    world.trigger("cleaned")
    world.finish(clean="failed")
    assert world.states() == {"clean": "failed", "load": "success"}
    assert world.run().state == "success"


@pytest.mark.claim("teardown-can-fail-run", by="scheduler")
def test_a_teardown_can_be_made_to_fail_the_run(world):
    world.sync(cleaned(fail_dagrun=True))
    world.trigger("cleaned")
    world.finish(clean="failed")
    assert world.run().state == "failed"


@pytest.mark.claim("removed-leaf-ignored", by="scheduler")
def test_a_removed_task_instance_decides_nothing(world):
    world.sync(chain("first", "last"))
    world.trigger("chain")
    world.step()
    world.sync(chain("first"))
    world.step()
    assert world.states()["last"] == "removed"
    world.finish()
    assert world.run().state == "success"


@pytest.mark.claim("deadlock-fails-run", by="scheduler")
def test_a_run_in_which_nothing_can_run_any_more_fails(world):
    from airflow.models.db_callback_request import DbCallbackRequest

    stuck = {"last": {"trigger_rule": "all_skipped"}}
    world.sync(chain("first", "last", tasks=stuck, on_failure_callback=print))
    world.trigger("chain")
    world.step()
    # No rule knows what to do with an upstream that is gone but not skipped.
    world.change("first", state="removed")
    world.step()
    assert world.states()["last"] is None
    assert world.run().state == "failed"
    with world.session() as session:
        (request,) = session.query(DbCallbackRequest).all()
        assert request.get_callback_request().msg == "all_tasks_deadlocked"


@pytest.mark.claim("deadlock-not-with-limits", by="scheduler")
@pytest.mark.parametrize(
    ("limit", "other"),
    [
        ({"max_active_tis_per_dag": 1}, None),
        ({"max_active_tis_per_dagrun": 1}, None),
        ({}, "deferred"),
        ({}, "awaiting_input"),
    ],
)
def test_a_limit_or_a_deferred_task_hides_a_deadlock(world, limit, other):
    from airflow.providers.standard.operators.python import PythonOperator

    stuck = {"trigger_rule": "all_skipped", **limit}
    dag = chain("first", "last", tasks={"last": stuck})
    with dag:
        PythonOperator(task_id="other", python_callable=print)
    world.sync(dag)
    world.trigger("chain")
    world.step()
    world.change("first", state="removed")
    world.change("other", state=other or "success")
    world.step(2)
    assert world.states()["last"] is None
    assert world.run().state == "running"


@pytest.mark.claim("depends-on-past-waits", by="scheduler")
def test_a_task_that_waits_for_an_earlier_run_keeps_its_run_running(world):
    tasks = {"last": {"depends_on_past": True}}
    world.sync(chain("first", "last", tasks=tasks))
    world.trigger("chain", logical_date=START.isoformat())
    world.finish(last="failed")
    past = ago(seconds=3).isoformat()
    second = world.trigger(
        "chain", logical_date=START.add(days=1).isoformat(), run_after=past
    )
    world.step()
    world.work("first", run_id=second.run_id)
    world.step(5)
    assert world.states(second.run_id) == {"first": "success", "last": None}
    assert world.run(second.run_id).state == "running"


@pytest.mark.claim("timeout-fails-run", by="scheduler")
def test_a_run_that_takes_too_long_fails_and_skips_the_rest(world):
    world.sync(chain(dagrun_timeout=timedelta(minutes=5)))
    world.trigger("chain")
    world.step()
    world.begin("first")
    world.change_run(start_date=ago(minutes=6))
    world.step()
    assert world.run().state == "failed"
    assert set(world.states().values()) == {"skipped"}


@pytest.mark.claim("timeout-not-while-paused", by="scheduler")
def test_a_timeout_waits_while_the_dag_is_paused(world):
    world.sync(single(dagrun_timeout=timedelta(minutes=5)))
    world.trigger("single")
    world.step()
    world.begin("only")
    world.change_run(start_date=ago(minutes=6))
    world.pause("single")
    world.step(2)
    assert world.run().state == "running"
    world.pause("single", paused=False)
    world.step()
    assert world.run().state == "failed"
