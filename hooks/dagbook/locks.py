"""One long task at a time: two that share two cores take longer than one by one."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from dagbook.project import Project


@contextmanager
def turn(project: Project, task: str, *, urgent: bool = False) -> Iterator[None]:
    """Wait until no other long task runs in this checkout, then run the block.

    The locks go with the process; what is ``urgent`` goes before all that is not.
    """
    with (
        open(project.cache / "turn.lock", "a+", encoding="utf-8") as lock,
        open(project.cache / "urgent.lock", "a+", encoding="utf-8") as queue,
    ):
        if urgent:
            # Shared by all that are urgent, from now until they have had their turn.
            fcntl.flock(queue, fcntl.LOCK_SH)
        _take(lock, task)
        while not urgent and not _try(queue):
            # Somebody urgent waits: let them all go first.
            fcntl.flock(lock, fcntl.LOCK_UN)
            fcntl.flock(queue, fcntl.LOCK_EX)
            fcntl.flock(queue, fcntl.LOCK_UN)
            _take(lock, task)
        if not urgent:
            fcntl.flock(queue, fcntl.LOCK_UN)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{task} (process {os.getpid()})")
        lock.flush()
        for held in (lock, queue):
            # Kept when the process goes on as another program, not by those it starts.
            os.set_inheritable(held.fileno(), True)
        yield


def _try(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take(lock: IO[str], task: str) -> None:
    if not _try(lock):
        lock.seek(0)
        other = lock.read().strip() or "another task"
        print(f"{task}: waiting for {other} to end", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
