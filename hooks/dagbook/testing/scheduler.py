"""What Airflow's own scheduler decides, one round at a time, with no task executed.

``dag.test()`` decides for itself. Where a test needs the decision of the scheduler
about what is in the database, such as which queued run starts next, this asks the
scheduler's code. That anything runs afterwards is proved on the live lane.
"""

from __future__ import annotations


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
            self._scheduler._do_scheduling(session)

    def close_backfills(self) -> None:
        """Mark backfills without unfinished runs complete, as every half a minute."""
        self._scheduler._mark_backfills_complete()
