"""Child runs that are really executed while the run that waits for them is under way.

A forked process takes the queued runs of some DAGs, oldest first, and runs their tasks
by the machinery of ``dag.test()``. No thread, because a task takes the supervisor's
connection, the signals and the environment of its process.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from dagbook.running.dag_test import own_params
from dagbook.running.request_lock import at_rest, nothing_halfway

PAUSE = 0.1

# Seconds for a child run to end after the block that it belongs to.
LIMIT = 120.0


@contextmanager
def executing(dags: Iterable[Any]) -> Iterator[None]:
    """Execute the queued runs of ``dags`` in another process until the block ends.

    Args:
        dags: parsed DAGs, such as ``[example.sibling("packing")]``; paused ones wait.

    Raises:
        RuntimeError: that process failed; its traceback is on stderr. Also when the
            block fails, which then most likely waited for it in vain.
    """
    known = {dag.dag_id: dag for dag in dags}
    closed, hold = os.pipe()  # the child ends when nobody holds the pipe any more
    sys.stdout.flush()
    sys.stderr.flush()
    with at_rest(), warnings.catch_warnings():
        # The threads of this process are servers at rest, and the child uses none.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os.close(hold)
        _exit_after(known, closed)
    os.close(closed)
    try:
        yield
    finally:
        os.close(hold)
        status = _ended(pid)
        if status:
            told = f"the process that executes child runs ended with {status}"
            raise RuntimeError(told)


def _ended(pid: int) -> int:
    """Return the status of a process that has been told to end; 0 is good.

    One that hangs is aborted, and pytest's faulthandler says where it was.
    """
    patience = time.monotonic() + LIMIT
    try:
        while time.monotonic() < patience:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return status
            time.sleep(PAUSE / 10)
    except BaseException:
        _abort(pid)  # somebody else has lost patience
        raise
    return _abort(pid)


def _abort(pid: int) -> int:
    os.kill(pid, signal.SIGABRT)
    _, status = os.waitpid(pid, 0)
    return status


def _exit_after(dags: dict[str, Any], closed: int) -> None:
    code = 1
    try:
        _inherited = _own_connections()
        while not select.select([closed], [], [], PAUSE)[0]:
            with nothing_halfway():
                queued = _queued(list(dags))
            for dag_id, run_id in queued:
                execute(dags[dag_id], run_id)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # never back into pytest


def _own_connections() -> Any:
    """Let go of what was inherited and works in the other process only.

    Returns what must not be collected: it would wait for a thread that is gone.
    """
    from airflow import settings
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    if settings.engine is not None:
        settings.engine.dispose(close=False)
    settings.configure_orm()
    # The Task Execution API is kept, which saves seconds; the thread it ran in was not
    # forked, so that part is made anew at the first task.
    if not in_process_api_server.cache_info().currsize:
        return None
    api: Any = in_process_api_server()
    transport = api.transport
    del api.transport
    return transport


def _queued(dag_ids: list[str]) -> list[tuple[str, str]]:
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select as query

    with create_session() as session:
        rows = session.execute(
            query(DagRun.dag_id, DagRun.run_id)
            .join(DagModel, DagModel.dag_id == DagRun.dag_id)
            .where(
                DagRun.dag_id.in_(dag_ids),
                DagRun.state == "queued",
                DagRun.run_after <= datetime.now(UTC),
                DagModel.is_paused.is_(False),
            )
            .order_by(DagRun.id)
        ).all()
        return [(dag_id, run_id) for dag_id, run_id in rows]


def execute(dag: Any, run_id: str) -> str:
    """Run a queued Dag run of the parsed ``dag`` to its end; return its final state."""
    from airflow.models.dagrun import DagRun
    from airflow.sdk import DagRunState, TaskInstanceState
    from airflow.sdk.definitions.dag import _run_task
    from airflow.utils.session import create_session
    from sqlalchemy import select as query

    from dagbook.airflow_compat import DagSerialization as Serial

    with own_params(dag), create_session() as session:
        run = session.scalars(
            query(DagRun).where(DagRun.dag_id == dag.dag_id, DagRun.run_id == run_id)
        ).one()
        kept: Any = Serial.deserialize_dag(Serial.serialize_dag(dag))
        # What a DAG calls at the end of its run is lost on that way.
        kept.on_success_callback = dag.on_success_callback
        kept.on_failure_callback = dag.on_failure_callback
        run.dag = kept
        run.state = DagRunState.RUNNING
        run.start_date = datetime.now(UTC)
        # What a scheduler has queued waits for an executor, and there is none.
        waiting: Any = (TaskInstanceState.SCHEDULED, TaskInstanceState.QUEUED)
        for ti in run.get_task_instances(state=waiting, session=session):
            ti.state = None
        session.commit()
        while run.state == DagRunState.RUNNING:
            session.expire_all()
            ready, _ = run.update_state(session=session)
            for ti in ready:
                if ti.state != TaskInstanceState.UP_FOR_RESCHEDULE:
                    ti.try_number += 1
                ti.state = TaskInstanceState.SCHEDULED
            session.commit()
            for ti in ready:
                _run_task(ti=ti, task=dag.task_dict[ti.task_id], run_triggerer=True)
            if not ready and run.state == DagRunState.RUNNING:
                select.select([], [], [], PAUSE)  # a retry or a poke that is not due
        return str(run.state)
