"""Listen to a run from inside the process: which try said what, and how it failed.

Airflow's listener hooks tell which task instance runs; a logging handler keeps the
lines that the example's own file emits while it does.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow.listeners import hookimpl

from dagbook.airflow_compat import get_listener_manager

Key = tuple[str, str, int, int]


@dataclass
class Seen:
    """What was observed, by ``(run_id, task_id, map_index, try_number)``."""

    logs: dict[Key, list[str]] = field(default_factory=dict)
    errors: dict[Key, dict[str, str]] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)


class Observer(logging.Handler):
    """A listener and a logging handler in one, for the time of one scenario.

    Args:
        file: the example's file; only lines logged from it are kept.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(logging.DEBUG)
        self.file = str(file)
        self.seen = Seen()
        self._running: list[Key] = []
        self._finished: Key | None = None

    @property
    def current(self) -> Key | None:
        """The task instance that runs now.

        A test may run a second Dag run in the middle of a task of the first, to show
        what overlapping does. When that one is over, the outer task runs again.
        """
        return self._running[-1] if self._running else None

    def emit(self, record: logging.LogRecord) -> None:
        if record.pathname != self.file:
            return
        lines = self.seen.loose
        if key := self.current or self._finished:
            lines = self.seen.logs.setdefault(key, [])
        lines.append(f"{record.levelname} {record.getMessage()}")

    @hookimpl
    def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:
        key = self._key(task_instance)
        # Of one run, dag.test() runs one task at a time: an older entry has deferred.
        self._running = [k for k in self._running if k[0] != key[0]] + [key]

    @hookimpl
    def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
        self._finish(task_instance)

    @hookimpl
    def on_task_instance_skipped(self, previous_state: Any, task_instance: Any) -> None:
        self._finish(task_instance)

    @hookimpl
    def on_task_instance_failed(
        self, previous_state: Any, task_instance: Any, error: Any
    ) -> None:
        if error is not None:
            self.seen.errors[self._key(task_instance)] = described(error)
        self._finish(task_instance)

    def _finish(self, task_instance: Any) -> None:
        self._finished = self._key(task_instance)
        self._running = [k for k in self._running if k != self._finished]

    @staticmethod
    def _key(ti: Any) -> Key:
        return (
            ti.run_id,
            ti.task_id,
            ti.map_index if ti.map_index is not None else -1,
            (ti.try_number),
        )


def described(error: BaseException | str) -> dict[str, str]:
    """Return an exception as ``{"type": …, "message": …}``, its notes in the message.

    Airflow puts what its server answered into the notes of an exception.
    """
    if isinstance(error, BaseException):
        text = "\n".join([str(error), *getattr(error, "__notes__", [])])
        return {"type": type(error).__name__, "message": text}
    return {"type": "", "message": str(error)}


@contextmanager
def observing(file: Path) -> Iterator[Observer]:
    """Observe everything that happens in this process, for the file ``file``."""
    observer = Observer(file)
    manager = get_listener_manager()
    root = logging.getLogger()
    manager.add_listener(observer)
    root.addHandler(observer)
    try:
        yield observer
    finally:
        root.removeHandler(observer)
        manager.pm.unregister(observer)
