"""What leads to each change of state, by the name that ``transitions.yml`` gives it."""

from __future__ import annotations

from datetime import timedelta

import dagtest
from shapes import branching, chain, mapped, single
from world import START, World, ago

#: How a change is proven, where it is not the scheduler's own code.
HOW = {
    "run-new-running": "dag.test",
    "run-queued-failed": "rest",
    "run-queued-success": "rest",
    "run-running-queued": "rest",
    "run-success-failed": "rest",
    "run-failed-success": "rest",
    "run-success-queued": "rest",
    "run-failed-queued": "rest",
    "task-queued-running": "execution-api",
    "task-running-success": "execution-api",
    "task-running-failed": "execution-api",
    "task-running-skipped": "execution-api",
    "task-running-up-for-retry": "execution-api",
    "task-running-up-for-reschedule": "execution-api",
    "task-running-deferred": "execution-api",
    "task-running-awaiting-input": "execution-api",
    "task-branch-skipped": "execution-api",
    "task-fail-fast": "execution-api",
    "task-fail-fast-running": "execution-api",
    "task-running-restarting": "rest",
    "task-awaiting-input-scheduled": "rest",
    "task-success-none": "rest",
    "task-failed-none": "rest",
    "task-skipped-none": "rest",
    "task-upstream-failed-none": "rest",
    "task-marked-success": "rest",
    "task-marked-failed": "rest",
    "task-marked-other": "rest",
    "task-marked-failed-later": "rest",
    "task-marked-skipped": "rest",
}


def begun(world: World, **task) -> None:
    """Have a run of one task that a worker has begun."""
    queued(world, **task)
    assert world.begin("only").status_code == 200


def queued(world: World, **task) -> None:
    """Have a run of one task that waits for a worker."""
    world.sync(single(task=task))
    world.trigger("single", logical_date=START.isoformat())
    world.step()
    assert world.states() == {"only": "queued"}


def ended(world: World, state: str) -> None:
    """Have a run of one task that has ended."""
    queued(world)
    world.finish(only=state)


def mark_run(world: World, state: str) -> None:
    run = world.run()
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}"
    answer = world.rest.patch(path, json={"state": state})
    assert answer.status_code == 200, answer.text


def mark_task(world: World, state: str, task: str = "only") -> None:
    run = world.run()
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task}"
    answer = world.rest.patch(path, json={"new_state": state})
    assert answer.status_code == 200, answer.text


def clear(world: World, task: str = "only") -> None:
    run = world.run()
    answer = world.clear(run.dag_id, dag_run_id=run.run_id, task_ids=[task])
    assert answer.status_code == 200, answer.text


# ---- runs ----------------------------------------------------------------------


def run_new_queued(world):
    world.sync(single(schedule="@daily"))
    world.step()


def run_new_running(world):
    dagtest.run(world, "names")


def run_queued_running(world):
    queued(world)


def run_running_success(world):
    ended(world, "success")


def run_running_failed(world):
    ended(world, "failed")


def run_timed_out(world):
    world.sync(single(dagrun_timeout=timedelta(minutes=5)))
    world.trigger("single")
    world.step()
    world.change_run(start_date=ago(minutes=6))
    world.step()


def run_deadlocked(world):
    world.sync(chain("first", "last", tasks={"last": {"trigger_rule": "all_skipped"}}))
    world.trigger("chain")
    world.step()
    world.change("first", state="removed")
    world.step()


def run_success_queued(world):
    ended(world, "success")
    clear(world)


def run_failed_queued(world):
    ended(world, "failed")
    clear(world)


def run_queued_failed(world):
    world.sync(single())
    world.trigger("single")
    mark_run(world, "failed")


def run_queued_success(world):
    world.sync(single())
    world.trigger("single")
    mark_run(world, "success")


def run_running_queued(world):
    queued(world)
    mark_run(world, "queued")


def run_success_failed(world):
    ended(world, "success")
    mark_run(world, "failed")


def run_failed_success(world):
    ended(world, "failed")
    mark_run(world, "success")


# ---- task instances: the usual way ---------------------------------------------


def task_new_none(world):
    world.sync(single())
    world.trigger("single")


def task_none_scheduled(world):
    queued(world)
    assert world.ti("only").try_number == 1


def task_scheduled_queued(world):
    queued(world)
    assert len(world.workloads()) == 1


def task_queued_running(world):
    begun(world)


def task_running_success(world):
    begun(world)
    world.report("only", "success")


def task_running_failed(world):
    begun(world)
    world.report("only", "failed")


def task_running_skipped(world):
    begun(world)
    world.report("only", "skipped")


def task_process_died(world):
    begun(world)
    died(world)


def died(world, task: str = "only"):
    """Let the executor report that the process of a task has died."""
    ti = world.ti(task)
    world.executor.running.add(ti.key)
    world.executor.fail(ti.key)
    with world.session() as session:
        world.scheduler._process_executor_events(world.executor, session=session)


def task_running_up_for_retry(world):
    begun(world, retries=1)
    assert world.report("only", "up_for_retry").status_code == 204


def task_up_for_retry_scheduled(world):
    begun(world, retries=1, retry_delay=timedelta(seconds=0))
    world.report("only", "up_for_retry", end_date=ago(seconds=5).isoformat())
    world.step()
    assert world.ti("only").try_number == 2


# ---- task instances that wait --------------------------------------------------


def reschedule(world) -> None:
    begun(world)
    past = ago(seconds=5).isoformat()
    answer = world.report(
        "only", "up_for_reschedule", reschedule_date=past, end_date=past
    )
    assert answer.status_code == 204, answer.text


def task_running_up_for_reschedule(world):
    reschedule(world)


def task_up_for_reschedule_scheduled(world):
    reschedule(world)
    world.step()
    assert world.ti("only").try_number == 1


def defer(world, **more) -> None:
    begun(world)
    answer = world.report(
        "only",
        "deferred",
        classpath="airflow.providers.standard.triggers.temporal.DateTimeTrigger",
        trigger_kwargs={"moment": START.isoformat()},
        next_method="execute_complete",
        **more,
    )
    assert answer.status_code == 204, answer.text


def fire(world, event) -> None:
    from airflow.models.trigger import Trigger

    with world.session() as session:
        trigger = session.query(Trigger).one()
        Trigger.submit_event(trigger.id, event, session=session)


def task_running_deferred(world):
    defer(world)


def task_deferred_scheduled(world):
    from airflow.triggers.base import TriggerEvent

    defer(world)
    fire(world, TriggerEvent("the hour has come"))
    assert world.ti("only").try_number == 1


def task_deferred_success(world):
    from airflow.triggers.base import TaskSuccessEvent

    defer(world)
    fire(world, TaskSuccessEvent())


def task_trigger_timeout(world):
    defer(world, trigger_timeout="PT1S")
    world.change("only", trigger_timeout=ago(seconds=1))
    world.scheduler.check_trigger_timeouts()
    assert world.ti("only").next_method == "__fail__"


def task_none_deferred(world):
    from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
    from airflow.sdk import DAG

    with DAG("single", schedule=None, start_date=START) as dag:
        DateTimeSensorAsync(
            task_id="only", target_time=START.isoformat(), start_from_trigger=True
        )
    world.sync(dag)
    world.trigger("single")
    world.step()


def ask(world) -> None:
    """Have a task that waits for a person."""
    begun(world)
    ti = world.ti("only")
    question = {
        "ti_id": str(ti.id),
        "options": ["yes", "no"],
        "subject": "Pay?",
        "body": None,
        "defaults": None,
        "multiple": False,
        "params": {},
        "assigned_users": [],
    }
    answer = world.execution.post(f"/hitlDetails/{ti.id}", json=question)
    assert answer.status_code == 201, answer.text
    parked = world.report("only", "awaiting_input", next_method="execute_complete")
    assert parked.status_code == 204, parked.text


def task_running_awaiting_input(world):
    ask(world)


def task_awaiting_input_scheduled(world):
    ask(world)
    path = f"/api/v2/dags/single/dagRuns/{world.run().run_id}/taskInstances/only/-1"
    body = {"chosen_options": ["yes"], "params_input": {}}
    answer = world.rest.patch(f"{path}/hitlDetails", json=body)
    assert answer.status_code == 200, answer.text


# ---- task instances that never run ---------------------------------------------


def task_none_success(world):
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG

    with DAG("single", schedule=None, start_date=START) as dag:
        EmptyOperator(task_id="only")
    world.sync(dag)
    world.trigger("single")
    world.step(2)


def task_none_upstream_failed(world):
    world.sync(chain("first", "last"))
    world.trigger("chain")
    world.finish(first="failed")


def task_none_skipped(world):
    world.sync(chain("first", "last"))
    world.trigger("chain")
    world.finish(first="skipped")


def task_branch_skipped(world):
    world.sync(branching())
    world.trigger("branching")
    world.step()
    world.begin("choose")
    ti = world.ti("choose")
    body = {"tasks": ["right"]}
    told = world.execution.patch(f"/task-instances/{ti.id}/skip-downstream", json=body)
    assert told.status_code == 204, told.text
    assert world.states()["right"] == "skipped"


def task_empty_map_skipped(world):
    world.sync(mapped())
    run = world.trigger("mapped")
    world.step()
    world.begin("list")
    path = f"/xcoms/mapped/{run.run_id}/list/return_value"
    sent = world.execution.post(path, json=[], params={"mapped_length": 0})
    assert sent.status_code == 201, sent.text
    world.report("list", "success")
    world.step(2)
    assert world.states() == {"list": "success", "each": "skipped"}


def task_none_removed(world):
    world.sync(chain("first", "last"))
    world.trigger("chain")
    world.step()
    world.sync(chain("first"))
    world.step()


def task_removed_none(world):
    task_none_removed(world)
    world.sync(chain("first", "last"))
    world.step()


# ---- task instances that somebody touches --------------------------------------


def task_success_none(world):
    ended(world, "success")
    clear(world)


def task_failed_none(world):
    ended(world, "failed")
    clear(world)


def task_skipped_none(world):
    ended(world, "skipped")
    clear(world)


def task_upstream_failed_none(world):
    task_none_upstream_failed(world)
    clear(world, "last")


def task_running_restarting(world):
    begun(world)
    clear(world)


def task_restarting_up_for_retry(world):
    begun(world)
    clear(world)
    died(world)


def task_marked_success(world):
    world.sync(chain("only", "after", dag_id="single"))
    world.trigger("single", logical_date=START.isoformat())
    mark_task(world, "success", "after")


def task_marked_failed(world):
    begun(world)
    mark_task(world, "failed")


def task_marked_other(world):
    ended(world, "failed")
    mark_task(world, "success")


def task_marked_failed_later(world):
    ended(world, "success")
    mark_task(world, "failed")


def task_marked_skipped(world):
    ended(world, "failed")
    mark_task(world, "skipped")


# ---- task instances in trouble -------------------------------------------------


def stick(world, times: int) -> None:
    """Leave a task in the queue for too long, so many times."""
    for _ in range(times):
        world.change("only", queued_dttm=ago(minutes=11))
        with world.session() as session:
            (ti,) = world.scheduler._get_tis_stuck_in_queued(session)
            world.scheduler._maybe_requeue_stuck_ti(
                ti=ti, session=session, executor=world.executor
            )
        world.executor.queued_tasks.clear()
        world.executor.running.clear()
        if world.states()["only"] == "scheduled":
            world.step()


def task_queued_scheduled(world):
    queued(world)
    stick(world, 1)


def task_queued_failed(world):
    queued(world)
    stick(world, 3)


def task_queued_none(world):
    from airflow.jobs.job import Job

    queued(world)
    with world.session() as session:
        session.query(Job).update({"state": "failed"})
    world.scheduler.adopt_or_reset_orphaned_tasks()


def task_running_timed_out(world):
    world.sync(single(dagrun_timeout=timedelta(minutes=5)))
    world.trigger("single")
    world.step()
    world.begin("only")
    world.change_run(start_date=ago(minutes=6))
    world.step()


def _fail_fast(world):
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG

    with DAG("fast", schedule=None, start_date=START, fail_fast=True) as dag:
        for name in ("fails", "works"):
            PythonOperator(task_id=name, python_callable=print)
        dag.get_task("works") >> PythonOperator(task_id="later", python_callable=print)
    world.sync(dag)
    world.trigger("fast")
    world.step()
    world.begin("works")
    world.work("fails", "failed")


def task_fail_fast(world):
    _fail_fast(world)
    assert world.states()["later"] == "skipped"


def task_fail_fast_running(world):
    _fail_fast(world)
    assert world.states()["works"] == "failed"
