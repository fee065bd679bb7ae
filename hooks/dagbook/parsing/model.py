"""Parsed DAG files as plain data, mirroring the worker's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dagbook.problems import Problem


def fault(
    line: int, what: str, remedy: str, cacheable: bool = True
) -> dict[str, str | int]:
    """Return a problem as the worker's JSON has it; 0 is the line of none.

    Not ``cacheable``: it may be gone the next time without a change of the file.
    """
    found: dict[str, str | int] = {"line": line, "what": what, "remedy": remedy}
    return found if cacheable else found | {"cacheable": False}


@dataclass(frozen=True)
class Tick:
    """One run by the DAG's own timetable; instants are ISO 8601 with ``Z``."""

    logical_date: str | None
    start: str | None
    end: str | None
    run_after: str | None


@dataclass(frozen=True)
class ParsedGroup:
    """A task group; ``parent`` is the group around it."""

    group_id: str
    parent: str | None
    label: str
    mapped: bool = False


@dataclass(frozen=True)
class ParsedTask:
    """A task as the graph shows it; ``label`` is a name of its own for display."""

    task_id: str
    operator: str
    trigger_rule: str = "all_success"
    mapped: bool = False
    setup: bool = False
    teardown: bool = False
    group: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class ParsedDag:
    """A DAG as Airflow has parsed and serialized it; tasks in topological order.

    ``labels`` holds two task ids and the text of the edge between them.
    """

    dag_id: str
    tags: tuple[str, ...]
    schedule: str
    timetable: str
    tasks: tuple[ParsedTask, ...]
    edges: tuple[tuple[str, str], ...]
    groups: tuple[ParsedGroup, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ParsedDag:
        """Return the DAG that the worker describes as ``data``."""
        return cls(
            **{
                **data,
                "tags": tuple(data["tags"]),
                "tasks": tuple(ParsedTask(**task) for task in data["tasks"]),
                "edges": tuple((above, below) for above, below in data["edges"]),
                "groups": tuple(ParsedGroup(**group) for group in data["groups"]),
                "labels": tuple(tuple(label) for label in data["labels"]),
                "ticks": tuple(Tick(**tick) for tick in data["ticks"]),
            }
        )


@dataclass(frozen=True)
class ParsedFile:
    """What one file holds; ``seconds`` is the wall time of its parse."""

    file: str
    seconds: float
    problems: tuple[Problem, ...]
    dags: tuple[ParsedDag, ...] = field(default=())
