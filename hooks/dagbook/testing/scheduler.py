"""What Airflow's own scheduler decides, one round at a time; tasks run when asked."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any


class Decisions:
    """A scheduler that never starts its loop."""

    def __init__(self) -> None:
        from airflow.callbacks.database_callback_sink import DatabaseCallbackSink
        from airflow.executors.local_executor import LocalExecutor
        from airflow.jobs.job import Job
        from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
        from airflow.utils.session import create_session

        with create_session() as session:
            job = Job()
            session.add(job)
            session.flush()
            session.expunge_all()
        executor = LocalExecutor(parallelism=32)
        executor.job_id = job.id
        # As the scheduler does when it starts; a run that times out tells the sink.
        executor.callback_sink = DatabaseCallbackSink()
        self._scheduler = SchedulerJobRunner(job=job, executors=[executor])

    def decide(self) -> None:
        """Make one round: start queued runs, end finished ones, queue their tasks."""
        from airflow.utils.session import create_session

        with create_session() as session:
            _until_due(session)
            self._scheduler._do_scheduling(session)

    def execute(self, dag: Any) -> None:
        """Execute the queued tasks one after the other, each in a worker's process.

        Args:
            dag: the tasks' DAG, as ``example.dag`` has it.
        """
        from airflow.sdk.execution_time import supervisor

        executor: Any = self._scheduler.executors[0]
        slow: Any = supervisor  # [workers] min_heartbeat_interval, read at its import
        usual = slow.MIN_HEARTBEAT_INTERVAL
        slow.MIN_HEARTBEAT_INTERVAL = 0.1  # or a process's end goes unnoticed for 5 s
        try:
            for workload in list(executor.queued_tasks.values()):
                supervisor.supervise_task(
                    ti=workload.ti,
                    bundle_info=workload.bundle_info,
                    dag_rel_path=workload.dag_rel_path,
                    log_path=workload.log_path,
                    token="",
                    client=supervisor.InProcessTestSupervisor._api_client(dag),
                )
        finally:
            slow.MIN_HEARTBEAT_INTERVAL = usual
        executor.queued_tasks.clear()

    def executor_reports(self, task_id: str, state: str) -> None:
        """Let the executor report that the process of a task has ended.

        Args:
            task_id: of the only such task instance in the database.
            state: what the executor says, ``success`` or ``failed``.
        """
        from airflow.models import TaskInstance
        from airflow.utils.session import create_session
        from sqlalchemy import select

        scheduler: Any = self._scheduler
        (executor,) = scheduler.executors
        executor.queued_tasks.clear()  # it was sent to a worker
        wanted = select(TaskInstance).where(TaskInstance.task_id == task_id)
        with create_session() as session:
            ti = session.scalars(wanted).one()
            ti.queued_by_job_id = scheduler.job.id
            session.flush()
            executor.running.discard(ti.key)
            executor.event_buffer[ti.key] = (state, None)
            bag, job = scheduler.scheduler_dag_bag, scheduler.job.id
            scheduler.process_executor_events(executor, job, bag, session)

    def close_backfills(self) -> None:
        """Mark backfills without unfinished runs complete, as every half a minute."""
        self._scheduler._mark_backfills_complete()

    def end_runs_of_paused_dags(self) -> None:
        """End running runs of paused DAGs that have no task left, as each minute."""
        self._scheduler._update_dag_run_state_for_paused_dags()

    def end_lost_tasks(self) -> None:
        """Fail running tasks that have sent no heartbeat for too long."""
        from airflow.utils.session import create_session

        [executor] = self._scheduler.executors
        executor.queued_tasks.clear()  # workers had taken them
        self._scheduler._find_and_purge_task_instances_without_heartbeats()
        with create_session() as session:
            self._scheduler._process_executor_events(executor, session)


def _until_due(session: Any) -> None:
    """Wait for the runs queued in this second: SQLite's clock has whole seconds."""
    from airflow.models.dagrun import DagRun
    from sqlalchemy import func, select

    now = datetime.now(UTC)
    made = select(func.max(DagRun.run_after)).where(DagRun.run_after <= now)
    latest = session.scalar(made.where(DagRun.state == "queued"))
    if latest is not None and int(latest.timestamp()) == int(now.timestamp()):
        time.sleep(1 - datetime.now(UTC).microsecond / 1e6)
