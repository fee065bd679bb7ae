"""What leads to a change when somebody or something interferes."""

from __future__ import annotations

from datetime import timedelta

from beginnings import begun, clear, died, ended, mark_run, mark_task, queued
from moves_tasks import (
    defer,
    reschedule,
    task_none_upstream_failed,
    task_running_up_for_retry,
)
from shapes import chain, single
from world import START, ago


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


def task_restarting_running(world):
    begun(world)
    clear(world)
    ti = world.ti("only")
    body = {
        "state": "running",
        "hostname": "another",
        "unixname": "worker",
        "pid": 2,
        "start_date": ago(seconds=1).isoformat(),
    }
    answer = world.execution.patch(f"/task-instances/{ti.id}/run", json=body)
    assert answer.status_code == 200, answer.text


def task_restarting_up_for_retry(world):
    begun(world)
    clear(world)
    died(world)


def task_restarting_none(world):
    begun(world)
    clear(world)
    ti = world.ti("only")
    world.executor.running.add(ti.key)
    world.executor.success(ti.key)
    with world.session() as session:
        world.scheduler._process_executor_events(world.executor, session=session)


def task_up_for_retry_none(world):
    task_running_up_for_retry(world)
    clear(world)


def task_deferred_none(world):
    defer(world)
    clear(world)


def task_up_for_reschedule_none(world):
    reschedule(world)
    clear(world)


def task_deferred_failed(world):
    defer(world)
    mark_run(world, "failed")


def task_up_for_retry_skipped(world):
    task_running_up_for_retry(world)
    mark_run(world, "failed")


def task_marked_failed_unbegun(world):
    world.sync(chain("only", "after", dag_id="single"))
    world.trigger("single", logical_date=START.isoformat())
    mark_task(world, "failed", "after")


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


def task_marked_failed_skipped(world):
    ended(world, "skipped")
    mark_task(world, "failed")


def task_marked_success_skipped(world):
    ended(world, "skipped")
    mark_task(world, "success")


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


def task_running_none(world):
    from airflow.jobs.job import Job

    begun(world)
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
