"""One long task at a time: two that share two cores take longer than one by one.

A live Airflow or a mutation run beside another makes both miss their time limits. So
they take turns, per checkout.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dagbook.project import Project


@contextmanager
def turn(project: Project, task: str) -> Iterator[None]:
    """Wait until no other long task runs in this checkout, then run the block.

    The lock belongs to the process and goes with it, also when it is killed.

    Args:
        project: the checkout.
        task: what waits, for the message.
    """
    path = project.cache / "turn.lock"
    with open(path, "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            other = lock.read().strip() or "another task"
            print(f"{task}: waiting for {other} to end", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{task} (process {os.getpid()})")
        lock.flush()
        # Kept when the process goes on as another program, not by those it starts.
        os.set_inheritable(lock.fileno(), True)
        yield
