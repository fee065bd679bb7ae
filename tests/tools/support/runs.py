"""Recorded runs and parsed DAGs, small enough to be read in a test."""

from __future__ import annotations

from typing import Any

from dagbook.parsing.model import ParsedDag, ParsedGroup, ParsedTask, Tick


def a_dag(
    *tasks: ParsedTask,
    edges: tuple[tuple[str, str], ...] = (),
    groups: tuple[ParsedGroup, ...] = (),
    ticks: tuple[Tick, ...] = (),
    labels: tuple[tuple[str, str, str], ...] = (),
) -> ParsedDag:
    return ParsedDag(
        dag_id="orders",
        tags=(),
        schedule="Never, external triggers only",
        timetable="NullTimetable",
        tasks=tasks,
        edges=edges,
        groups=groups,
        ticks=ticks,
        labels=labels,
    )


def a_try(state: str = "success", start: float | None = 0.0, **more: Any) -> dict:
    return {
        "try_number": 1,
        "state": state,
        "start": start,
        "duration": 0.5,
        "error": None,
        "log": [],
        **more,
    }


def an_instance(task_id: str, state: str | None = "success", **more: Any) -> dict:
    return {
        "task_id": task_id,
        "map_index": -1,
        "operator": "@task",
        "state": state,
        "try_number": 1,
        "max_tries": 0,
        "tries": [a_try(state or "none")],
        "xcoms": {},
        "rendered": {},
        **more,
    }


def a_run(*tasks: dict, **more: Any) -> dict:
    return {
        "kind": "run",
        "dag_id": "orders",
        "state": "success",
        "run_id": "manual__1",
        "run_type": "manual",
        "logical_date": None,
        "conf": {},
        "note": None,
        "duration": 1.0,
        "tasks": list(tasks),
        "runs": [],
        "asset_events": [],
        "exchanges": [],
        "values": {},
        **more,
    }
