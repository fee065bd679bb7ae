"""Whether a run needed more than its trigger: where the test had a hand in it.

A real scheduler patches no file and answers no question, so that parity leaves out a
run that has any of these ``hands`` in its recording.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagbook.running.example import Example

# The harness sets these itself.
OURS = {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", "PYTEST_CURRENT_TEST"}
API = "AIRFLOW_CONN_AIRFLOW_API"
MAY_WRITE = ("user", "op", "admin")


class Hands:
    """What a test may have changed, as it was when the DAG file had been loaded."""

    def __init__(self, example: Example) -> None:
        self._example = example
        self._environment = dict(os.environ)
        self._names = dict(vars(example.module))
        self._threads = set(threading.enumerate())
        self._database = sqlite3.connect(example.home / "airflow.db")
        self._version = self._written()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _written(self) -> int:
        """Return a number that changes whenever somebody else writes the database."""
        (number,) = self._database.execute("PRAGMA data_version").fetchone()
        return int(number)

    def seen(self) -> list[str]:
        """Return what has changed, in words; asked just before a run."""
        now = dict(os.environ)
        then = dict(self._environment)
        server = self._example.server
        ours = [server.connection(user) for user in MAY_WRITE] if server else []
        if now.get(API) in ours:
            then[API] = now[API]  # on a real scheduler there is one, too
        module = vars(self._example.module)
        threads = set(threading.enumerate()) - self._threads
        found = {
            "database": self._written() != self._version,
            "environment": any(
                now.get(name) != then.get(name) for name in (now.keys() | then) - OURS
            ),
            "files": any(self._example.scratch.iterdir()),
            "module": any(module.get(k) is not v for k, v in self._names.items()),
            "threads": any(one.name.startswith("Thread-") for one in threads),
        }
        return [name for name, changed in found.items() if changed]
