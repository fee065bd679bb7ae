"""What leads to each change of state, by the name that ``transitions.yml`` gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import moves_people
import moves_runs
import moves_tasks

#: How a change is proven, where it is not the scheduler's own code.
HOW = {
    "run-new-running": "dag.test",
    "run-queued-failed": "rest",
    "run-queued-success": "rest",
    "run-running-queued": "rest",
    "run-success-failed": "rest",
    "run-failed-success": "rest",
    "run-success-queued": "rest",
    "run-failed-queued": "rest",
    "task-queued-running": "execution-api",
    "task-running-success": "execution-api",
    "task-running-failed": "execution-api",
    "task-running-skipped": "execution-api",
    "task-running-up-for-retry": "execution-api",
    "task-running-up-for-reschedule": "execution-api",
    "task-running-deferred": "execution-api",
    "task-running-awaiting-input": "execution-api",
    "task-branch-skipped": "execution-api",
    "task-fail-fast": "execution-api",
    "task-fail-fast-running": "execution-api",
    "task-running-restarting": "rest",
    "task-restarting-running": "execution-api",
    "task-awaiting-input-scheduled": "rest",
    "task-up-for-retry-none": "rest",
    "task-deferred-none": "rest",
    "task-up-for-reschedule-none": "rest",
    "task-marked-failed-unbegun": "rest",
    "task-deferred-failed": "rest",
    "task-up-for-retry-skipped": "rest",
    "task-success-none": "rest",
    "task-failed-none": "rest",
    "task-skipped-none": "rest",
    "task-upstream-failed-none": "rest",
    "task-marked-success": "rest",
    "task-marked-failed": "rest",
    "task-marked-other": "rest",
    "task-marked-failed-later": "rest",
    "task-marked-skipped": "rest",
}


def find(name: str) -> Callable[[Any], None]:
    """Return what makes the change of that name happen.

    Raises:
        LookupError: nobody has written it.
    """
    for module in (moves_runs, moves_tasks, moves_people):
        if found := getattr(module, name.replace("-", "_"), None):
            return found
    raise LookupError(f"no function makes the change {name}")
