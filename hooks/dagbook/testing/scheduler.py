"""What Airflow's own scheduler decides, one round at a time, with no task executed.

``dag.test()`` decides for itself. Where a test needs the decision of the scheduler
about what is in the database, such as which queued run starts next, this asks the
scheduler's code. That anything runs afterwards is proved on the live lane.
"""

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

    def close_backfills(self) -> None:
        """Mark backfills without unfinished runs complete, as every half a minute."""
        self._scheduler._mark_backfills_complete()

    def end_lost_tasks(self) -> None:
        """Fail running tasks that have sent no heartbeat for too long."""
        from airflow.utils.session import create_session

        [executor] = self._scheduler.executors
        executor.queued_tasks.clear()  # workers had taken them
        self._scheduler._find_and_purge_task_instances_without_heartbeats()
        with create_session() as session:
            self._scheduler._process_executor_events(executor, session)


def _until_due(session: Any) -> None:
    """Wait, less than a second, for the runs that were queued in this second.

    The clock of SQLite, which Airflow asks which runs are due, has whole seconds.
    """
    from airflow.models.dagrun import DagRun
    from sqlalchemy import func, select

    now = datetime.now(UTC)
    made = select(func.max(DagRun.run_after)).where(DagRun.run_after <= now)
    latest = session.scalar(made.where(DagRun.state == "queued"))
    if latest is not None and latest.replace(microsecond=0) == now.replace(
        microsecond=0
    ):
        time.sleep(1 - datetime.now(UTC).microsecond / 1e6)
