"""Parsed DAG files as plain data, mirroring the worker's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagbook.problems import DagbookError, Problem


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
    tooltip: str = ""


@dataclass(frozen=True)
class ParsedTask:
    """A task as the graph shows it."""

    task_id: str
    operator: str
    trigger_rule: str = "all_success"
    retries: int = 0
    mapped: bool = False
    setup: bool = False
    teardown: bool = False
    pool: str = "default_pool"
    group: str | None = None
    doc: str = ""


@dataclass(frozen=True)
class ParsedDag:
    """A DAG as Airflow has parsed and serialized it; tasks in topological order.

    ``schedule`` is the timetable's description in words, ``summary`` its short form
    (a cron expression, for instance), ``params`` maps a name to default and schema.
    """

    dag_id: str
    tags: tuple[str, ...]
    doc_md: str | None
    catchup: bool
    schedule: str
    summary: str
    timetable: str
    start_date: str | None
    end_date: str | None
    max_active_runs: int
    paused_at_creation: bool | None
    params: dict[str, dict[str, Any]]
    tasks: tuple[ParsedTask, ...]
    edges: tuple[tuple[str, str], ...]
    groups: tuple[ParsedGroup, ...]
    ticks: tuple[Tick, ...]

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

    def dag(self, dag_id: str | None = None) -> ParsedDag:
        """Return the DAG ``dag_id`` (default: the one named by the file's stem).

        Raises:
            DagbookError: the file does not hold it.
        """
        wanted = dag_id or Path(self.file).stem
        for dag in self.dags:
            if dag.dag_id == wanted:
                return dag
        known = ", ".join(dag.dag_id for dag in self.dags) or "none"
        raise DagbookError(
            Problem(self.file, 0, f"has no DAG {wanted!r}", f"known: {known}")
        )
