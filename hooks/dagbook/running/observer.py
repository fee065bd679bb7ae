"""Listen to a run from inside the process: which try said what, and how it failed.

Kept is what the example's own file logs, secrets hidden as on a worker.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from airflow.listeners import hookimpl

from dagbook.airflow_compat import get_listener_manager
from dagbook.running.secrets import redacted

Key = tuple[str, str, int, int]

NO_WORDS = {"event", "logger_name", "exc_info", "stack_info"}
"""Keys of a line of structlog that are no words of its author."""

LOGGING = ("structlog", "airflow._shared.logging", "airflow.sdk._shared.logging")


@dataclass
class Seen:
    """What was observed, by ``(run_id, task_id, map_index, try_number)``."""

    logs: dict[Key, list[str]] = field(default_factory=dict)
    errors: dict[Key, dict[str, str]] = field(default_factory=dict)


class Observer(logging.Handler):
    """A listener and a logging handler in one, for the lines that ``file`` logs."""

    def __init__(self, file: Path) -> None:
        super().__init__(logging.DEBUG)
        self.file = str(file)
        self.seen = Seen()
        self._running: list[Key] = []
        self._finished: Key | None = None

    @property
    def current(self) -> Key | None:
        """The task instance that runs now: the inner one, where two runs overlap."""
        return self._running[-1] if self._running else None

    def emit(self, record: logging.LogRecord) -> None:
        if record.pathname == self.file:
            self._keep(record.levelname, record.getMessage())

    def structured(self, logger: Any, level: str, event: Any) -> Any:
        """Keep a line of structlog; a processor that changes nothing."""
        if _logging_file() == self.file:
            named = [f"{k}={v}" for k, v in event.items() if k not in NO_WORDS]
            self._keep(level.upper(), " ".join([str(event["event"]), *named]))
        return event

    def _keep(self, level: str, text: str) -> None:
        # Callbacks of the Dag run come after its last task, and are shown with it.
        if key := self.current or self._finished:
            self.seen.logs.setdefault(key, []).append(redacted(f"{level} {text}"))

    @hookimpl
    def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:
        key = self._key(task_instance)
        # Of one run, dag.test() runs one task at a time: an older entry has deferred.
        self._running = [k for k in self._running if k[0] != key[0]] + [key]

    @hookimpl
    def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
        self._finish(task_instance)

    on_task_instance_skipped = on_task_instance_success

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
        index = -1 if ti.map_index is None else ti.map_index
        return ti.run_id, ti.task_id, index, ti.try_number


def described(error: BaseException | str) -> dict[str, str]:
    """Return type and message of an exception, its notes in the message.

    Airflow puts what its server answered into the notes.
    """
    kind = type(error).__name__ if isinstance(error, BaseException) else ""
    text = "\n".join([str(error), *getattr(error, "__notes__", [])])
    return {"type": kind, "message": redacted(text)}


def _logging_file() -> str:
    """Return the file of the code that logs by structlog now."""
    frame = sys._getframe(1)
    while frame.f_back and _is_logging(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return frame.f_code.co_filename


def _is_logging(module: str) -> bool:
    return module == __name__ or any(part in module for part in LOGGING)


@contextmanager
def observing(file: Path) -> Iterator[Observer]:
    """Observe everything that happens in this process, for the file ``file``."""
    observer = Observer(file)
    manager = get_listener_manager()
    root = logging.getLogger()
    # In place: loggers that are made already have this list and not a copy.
    processors: Any = structlog.get_config()["processors"]
    manager.add_listener(observer)
    root.addHandler(observer)
    processors.insert(0, observer.structured)
    try:
        yield observer
    finally:
        processors.remove(observer.structured)
        root.removeHandler(observer)
        manager.pm.unregister(observer)
