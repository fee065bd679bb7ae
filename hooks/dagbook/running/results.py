"""A finished run as a test asks about it."""

from __future__ import annotations

from typing import Any


class TaskResult:
    """One task instance of a finished run."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.state: str | None = data["state"]
        """Final state, ``None`` when it never got one."""
        self.try_number: int = data["try_number"]
        """How many times it was scheduled; 0 when it never was."""
        self.max_tries: int = data["max_tries"]
        """Retries that are allowed, not counting the first try."""
        self.tries: list[dict[str, Any]] = data["tries"]
        """Each try: ``try_number``, ``state``, ``start``, ``duration``, ``error``."""
        self.xcoms: dict[str, Any] = data["xcoms"]
        """All XComs of the task instance by key."""
        self.value: Any = self.xcoms.get("return_value")
        """What the task returned; ``None`` also when it returned nothing."""
        self.rendered: dict[str, Any] = data["rendered"]
        """Template fields that rendering changed."""
        self.log: list[str] = [line for one in self.tries for line in one["log"]]
        """Lines that the example's own code logged, all tries, ``LEVEL text``."""
        raised = [one["error"] for one in self.tries if one["error"]]
        self.errors: list[str] = [f"{e['type']}: {e['message']}" for e in raised]
        """``Type: message`` of each try that raised, in order."""
        self.error: str | None = self.errors[-1] if raised else None
        """``Type: message`` of the last try that raised."""


class Run:
    """One finished Dag run, unmasked; ``data`` is as architecture.md describes it."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.state: str = data["state"]
        """``success`` or ``failed``."""
        self.run_id: str = data["run_id"]
        self.conf: dict[str, Any] = data["conf"]
        self.note: str | None = data["note"]
        self.runs: list[dict[str, Any]] = data["runs"]
        """Other runs in the database, children too, by dag_id and then run_id."""
        self.asset_events: list[dict[str, Any]] = data["asset_events"]
        """Asset events that tasks of this run emitted."""
        self._tasks = {(t["task_id"], t["map_index"]): t for t in data["tasks"]}

    @property
    def states(self) -> dict[str, str | None]:
        """State by task id; mapped instances are ``task_id[index]``."""
        return {
            name if index < 0 else f"{name}[{index}]": task["state"]
            for (name, index), task in self._tasks.items()
        }

    def task(self, task_id: str, map_index: int = -1) -> TaskResult:
        """Return one task instance.

        Raises:
            KeyError: the run has none such; the message lists those it has.
        """
        if found := self._tasks.get((task_id, map_index)):
            return TaskResult(found)
        raise KeyError(f"{task_id}[{map_index}] is not among {list(self.states)}")

    def value(self, task_id: str, map_index: int = -1) -> Any:
        """Return what a task returned."""
        return self.task(task_id, map_index).value

    def values(self, task_id: str) -> list[Any]:
        """Return what the mapped instances of a task returned, by map index."""
        found = sorted(index for name, index in self._tasks if name == task_id)
        return [self.value(task_id, index) for index in found]

    @property
    def log(self) -> list[str]:
        """All lines that the example's own code logged, task by task."""
        return [line for task in self._tasks.values() for line in TaskResult(task).log]
