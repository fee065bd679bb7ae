"""What leads to each change of a task instance that nobody touches."""

from __future__ import annotations

from datetime import timedelta

from beginnings import begun, died, queued
from shapes import branching, chain, mapped, single
from world import START, ago


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


def task_running_up_for_retry(world):
    begun(world, retries=1)
    assert world.report("only", "up_for_retry").status_code == 204


def task_up_for_retry_scheduled(world):
    begun(world, retries=1, retry_delay=timedelta(seconds=0))
    world.report("only", "up_for_retry", end_date=ago(seconds=5).isoformat())
    world.step()
    assert world.ti("only").try_number == 2


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
