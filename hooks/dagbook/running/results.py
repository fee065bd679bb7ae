"""A finished run as a test asks about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TaskResult:
    """One task instance of a finished run."""

    data: dict[str, Any]

    @property
    def state(self) -> str | None:
        """Final state, ``None`` when it never got one."""
        return self.data["state"]

    @property
    def try_number(self) -> int:
        """How many times it was scheduled; 0 when it never was."""
        return self.data["try_number"]

    @property
    def max_tries(self) -> int:
        """Retries that are allowed, not counting the first try."""
        return self.data["max_tries"]

    @property
    def tries(self) -> list[dict[str, Any]]:
        """Each try: ``try_number``, ``state``, ``start``, ``duration``, ``error``."""
        return self.data["tries"]

    @property
    def value(self) -> Any:
        """What the task returned; ``None`` also when it returned nothing."""
        return self.data["xcoms"].get("return_value")

    @property
    def xcoms(self) -> dict[str, Any]:
        """All XComs of the task instance by key."""
        return self.data["xcoms"]

    @property
    def rendered(self) -> dict[str, Any]:
        """Template fields that rendering changed."""
        return self.data["rendered"]

    @property
    def log(self) -> list[str]:
        """Lines that the example's own code logged, all tries, ``LEVEL text``."""
        return [line for one in self.tries for line in one["log"]]

    @property
    def error(self) -> str | None:
        """``Type: message`` of the last try that raised."""
        errors = self.errors
        return errors[-1] if errors else None

    @property
    def errors(self) -> list[str]:
        """``Type: message`` of each try that raised, in order."""
        return [
            f"{one['error']['type']}: {one['error']['message']}"
            for one in self.tries
            if one["error"]
        ]


@dataclass(frozen=True)
class Run:
    """One finished Dag run, unmasked; ``data`` is as architecture.md describes it."""

    data: dict[str, Any]

    @property
    def state(self) -> str:
        """``success`` or ``failed``."""
        return self.data["state"]

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.data["run_id"]

    @property
    def conf(self) -> dict[str, Any]:
        """The run's conf."""
        return self.data["conf"]

    @property
    def note(self) -> str | None:
        """The run's note."""
        return self.data["note"]

    @property
    def runs(self) -> list[dict[str, Any]]:
        """Other runs in the database, children too, by dag_id and then run_id."""
        return self.data["runs"]

    @property
    def asset_events(self) -> list[dict[str, Any]]:
        """Asset events that tasks of this run emitted."""
        return self.data["asset_events"]

    @property
    def states(self) -> dict[str, str | None]:
        """State by task id; mapped instances are ``task_id[index]``."""
        return {
            t["task_id"]
            if t["map_index"] < 0
            else f"{t['task_id']}[{t['map_index']}]": (t["state"])
            for t in self.data["tasks"]
        }

    def task(self, task_id: str, map_index: int = -1) -> TaskResult:
        """Return one task instance.

        Raises:
            KeyError: the run has none such; the message lists those it has.
        """
        for data in self.data["tasks"]:
            if (data["task_id"], data["map_index"]) == (task_id, map_index):
                return TaskResult(data)
        raise KeyError(f"{task_id}[{map_index}] is not among {list(self.states)}")

    def value(self, task_id: str, map_index: int = -1) -> Any:
        """Return what a task returned."""
        return self.task(task_id, map_index).value

    def values(self, task_id: str) -> list[Any]:
        """Return what the mapped instances of a task returned, by map index."""
        rows = [t for t in self.data["tasks"] if t["task_id"] == task_id]
        return [TaskResult(t).value for t in sorted(rows, key=lambda t: t["map_index"])]

    @property
    def log(self) -> list[str]:
        """All lines that the example's own code logged, task by task."""
        return [line for t in self.data["tasks"] for line in TaskResult(t).log]
