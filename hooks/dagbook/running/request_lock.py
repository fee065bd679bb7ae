"""No child run is taken from a request that is still at work.

On SQLite a child that begins while a request still creates runs locks it out (503),
and Airflow takes back what it had created. So requests that write and the process that
executes child runs take turns, by a lock on a file of the Airflow home.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from dagbook.running.environment import prepared

NAME = "requests.lock"
READING = {"GET", "HEAD", "OPTIONS"}

# Seconds that a fork waits for requests that only read.
PATIENCE = 2.0


@contextmanager
def nothing_halfway() -> Iterator[None]:
    """Wait until no request that writes is at work, and hold back new ones."""
    with _locked(fcntl.LOCK_EX):
        yield


@contextmanager
def at_rest() -> Iterator[None]:
    """Wait until the server of this process is idle, or ``PATIENCE`` is over.

    For a fork: a lock that a thread holds then stays locked in it for ever.
    """
    with nothing_halfway():
        patience = time.monotonic() + PATIENCE
        while Announced.at_work and time.monotonic() < patience:
            time.sleep(0.005)
        yield


class Announced:
    """An ASGI application whose requests that write hold the lock, side by side."""

    at_work = 0
    """Requests of any kind that this process is answering."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request; the lock is free again when its session is closed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reads = scope["method"] in READING
        with nullcontext() if reads else _locked(fcntl.LOCK_SH):
            Announced.at_work += 1
            try:
                await self.app(scope, receive, send)
            finally:
                Announced.at_work -= 1


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    home = prepared()
    assert home is not None  # who serves or executes has prepared an Airflow
    with open(home / NAME, "a") as file:
        fcntl.flock(file, kind)
        try:
            yield
        finally:
            # By name: a fork has a copy of the file, which would keep it locked.
            fcntl.flock(file, fcntl.LOCK_UN)
