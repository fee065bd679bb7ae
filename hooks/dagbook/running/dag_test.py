"""One run of one file under ``dag.test()``; nothing of what Airflow does is replaced.

Fixed: logical date, run_after, random seed, the order of tasks that are ready at once,
the bundle (one per file), a time limit.
"""

from __future__ import annotations

import copy
import gc
import os
import random
import signal
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, wraps
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from dagbook.running.environment import bundle
from dagbook.running.responder import deciding_timeouts

LOGICAL_DATE = datetime(2026, 5, 1, tzinfo=UTC)
RUN_AFTER = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
LIMIT = 60.0


class ScenarioTimeoutError(BaseException):
    """A run went over its limit; no ``Exception``, so no task can swallow it."""


def own_bundle(file: Path) -> None:
    """Make the file a bundle of its own, the only one Airflow knows of."""
    name = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
    os.environ[name] = bundle(file.stem, file)


def load(file: Path) -> tuple[dict[str, Any], ModuleType]:
    """Parse ``file`` as Airflow does, and write its DAGs to the database.

    Returns:
        The DAGs by id and the module they were defined in.

    Raises:
        ImportError: Airflow could not import the file; carries Airflow's message.
    """
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    from dagbook.airflow_compat import parse, sync_bag_to_db

    own_bundle(file)
    DagBundlesManager().sync_bundles_to_db()
    bag = parse(file)
    if bag.import_errors:
        raise ImportError("\n".join(bag.import_errors.values()))
    sync_bag_to_db(bag, file.stem, None)
    for dag in bag.dags.values():
        _keep_params(dag)
    module = next(
        m
        for m in reversed(list(sys.modules.values()))
        if getattr(m, "__file__", None) == str(file)
    )
    return dict(bag.dags), module


WARM_UP = '''"""A run before the first one that counts."""
import pendulum
from airflow.sdk import dag, task

@dag(schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False)
def warm_up():
    @task
    def load():
        return True
    load()

warm_up()
'''


@cache
def warm_up(home: Path) -> None:
    """Run a trivial DAG: the first task of a process builds the Task Execution API.

    That takes seconds and would stand in an example's timeline.
    """
    _serve_newest_version()
    _order_ready_tasks()
    file = home / "dags" / "warm_up.py"
    file.write_text(WARM_UP, encoding="utf-8")
    dags, _ = load(file)
    dags["warm_up"].test(logical_date=LOGICAL_DATE)
    gc.freeze()  # what Airflow has loaded stays: no collection need look at it again


def _serve_newest_version() -> None:
    """Make the Task Execution API of this process speak its newest version alone.

    Airflow builds the routes of all its versions, nine in 3.3.2, which is half of the
    time before the first task. The tasks here are this Airflow's: they ask for one.
    """
    from airflow.api_fastapi.execution_api import versions
    from airflow.api_fastapi.execution_api.routes import execution_api_router as router
    from cadwyn import HeadVersion, Version, VersionBundle
    from cadwyn.route_generation import _DELETED_ROUTE_TAG as ONLY_OLDER

    router.routes = [
        one for one in router.routes if ONLY_OLDER not in getattr(one, "tags", [])
    ]
    newest = versions.bundle.versions[0].value
    versions.bundle = VersionBundle(HeadVersion(), Version(newest))


def _order_ready_tasks() -> None:
    """Make ``dag.test()`` take tasks that are ready at once in one order, every time.

    It holds them in a set, and Airflow hashes a task instance by its names: the order
    differs by PYTHONHASHSEED. Mapped task instances run by map index here.
    """
    from airflow.models.taskinstance import TaskInstance

    def by_names(ti: Any) -> int:
        return zlib.crc32(f"{ti.dag_id} {ti.task_id}".encode()) + ti.map_index

    TaskInstance.__hash__ = by_names  # type: ignore[method-assign]


def test_run(
    dag: Any,
    *,
    logical_date: datetime | None,
    run_after: datetime,
    conf: dict[str, Any] | None,
    mark_success: str | None,
    limit: float,
) -> tuple[Any, float]:
    """Call ``dag.test()`` and return the Dag run and its wall-clock seconds.

    Raises:
        TimeoutError: the run was not over after ``limit`` seconds.
    """
    # A deadline makes dag.test() crash when the run succeeds (3.3.2: the deadline's id
    # is looked up as a dict). Deadlines are a matter of the scheduler, so the live lane
    # proves them, and this is the one place where the harness takes something away.
    dag.deadline = None
    random.seed(0)
    began = time.monotonic()
    with _limited(limit), deciding_timeouts(dag):
        run = dag.test(
            logical_date=logical_date,
            run_after=run_after,
            run_conf=conf,
            mark_success_pattern=mark_success,
        )
    return run, time.monotonic() - began


test_run.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever its name


@contextmanager
def own_params(dag: Any) -> Iterator[None]:
    """Put the values of all params back when the block ends.

    The conf of a run is written into the parsed DAG's own ``Param`` objects (3.3.2,
    ``process_params``); a worker parses anew, here the next run would find it.
    """
    owners = [dag, *dag.tasks]
    found = [o.params.get_param(name) for o in owners for name in o.params]
    values = [(param, param.value, copy.deepcopy(param.value)) for param in found]
    try:
        yield
    finally:
        for param, before, value in values:
            # Airflow knows the sign of "no default" by its identity.
            param.value = value if isinstance(before, (dict, list)) else before


def _keep_params(dag: Any) -> None:
    """Let each call of ``dag.test()`` leave the params as it found them."""
    run = dag.test

    @wraps(run)
    def test(*args: Any, **how: Any) -> Any:
        with own_params(dag):
            return run(*args, **how)

    dag.test = test


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise in the main thread when the block takes longer than ``seconds``.

    By SIGUSR1, for ``execution_timeout`` has SIGALRM; repeated until somebody listens.
    """
    late = False
    over = threading.Event()
    main = threading.main_thread().ident

    def tell(signum: int, frame: FrameType | None) -> None:
        raise ScenarioTimeoutError

    def watch() -> None:
        nonlocal late
        if over.wait(seconds):
            return
        late = True
        while not over.wait(1.0):
            signal.pthread_kill(main, signal.SIGUSR1)  # type: ignore[arg-type]

    before = signal.signal(signal.SIGUSR1, tell)
    thread = threading.Thread(target=watch, daemon=True, name="watchdog")
    thread.start()
    try:
        yield
    except ScenarioTimeoutError:
        late = True
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    if late:
        raise TimeoutError(f"the run was not over after {seconds:g} s: {_unfinished()}")


def _unfinished() -> str:
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(TaskInstance)).all()
        states = {f"{t.dag_id}.{t.task_id}": str(t.state) for t in rows}
    waiting = {k: v for k, v in states.items() if v not in ("success", "skipped")}
    return f"waiting tasks {waiting}" if waiting else "no task is waiting"
