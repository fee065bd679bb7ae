"""Read what a run left in the metadata database, as the operator of Airflow may."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from airflow.models.asset import AssetEvent, AssetModel
from airflow.models.dagrun import DagRun, DagRunNote
from airflow.models.renderedtifields import RenderedTaskInstanceFields
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancehistory import TaskInstanceHistory
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from dagbook.running.observer import Seen

SKIPMIXIN_KEY = "skipmixin_key"
"""Under this key a branch or short-circuit keeps which tasks it follows or skips."""


def instant(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC, ``2026-05-01T00:00:00Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: Any) -> Any:
    """Return ``value`` as JSON holds it; what JSON cannot hold becomes its text."""
    return json.loads(json.dumps(value, default=str))


def collect(dag: Any, run_id: str, seen: Seen, seconds: float) -> dict[str, Any]:
    """Return the scenario of one run, unmasked, as architecture.md describes it.

    Args:
        dag: the parsed DAG (task order and operators come from it).
        seconds: how long the run took, wall clock.
    """
    with create_session() as session:
        run = session.scalars(
            select(DagRun).where(DagRun.dag_id == dag.dag_id, DagRun.run_id == run_id)
        ).one()
        data = run_data(run)
        data.update(
            kind="run",
            duration=round(seconds, 3),
            tasks=_tasks(session, dag, run_id, seen),
            runs=[
                run_data(other)
                # By name, not by age: mapped and parallel tasks trigger in any order.
                for other in session.scalars(
                    select(DagRun).order_by(DagRun.dag_id, DagRun.run_id)
                )
                if other.id != run.id
            ],
            asset_events=_asset_events(session, dag, run_id),
        )
    return data


def run_data(run: DagRun) -> dict[str, Any]:
    """Return the fields of a Dag run that a reader asks for."""
    note: DagRunNote | None = run.dag_run_note
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "run_type": _state(run.run_type),
        "state": _state(run.state),
        "logical_date": instant(run.logical_date),
        "run_after": instant(run.run_after),
        "conf": plain(run.conf or {}),
        "note": note.content if note else None,
    }


def _of(table: Any, ti: TaskInstance) -> tuple[Any, ...]:
    keys = ("dag_id", "run_id", "task_id", "map_index")
    return tuple(getattr(table, key) == getattr(ti, key) for key in keys)


def _tasks(session: Session, dag: Any, run_id: str, seen: Seen) -> list[dict[str, Any]]:
    order = _order(dag)
    tables: tuple[Any, ...] = (TaskInstance, TaskInstanceHistory)
    current, past = (
        session.scalars(
            select(table).where(table.dag_id == dag.dag_id, table.run_id == run_id)
        ).all()
        for table in tables
    )
    zero = min((t.start_date for t in (*current, *past) if t.start_date), default=None)
    tries: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for ti in sorted(past, key=lambda t: t.try_number):
        tries.setdefault((ti.task_id, ti.map_index), []).append(_try(ti, zero, seen))
    rows = []
    for ti in current:
        key = (ti.task_id, ti.map_index)
        if ti.try_number and ti.start_date:
            tries.setdefault(key, []).append(_try(ti, zero, seen))
        task = dag.task_dict.get(ti.task_id)
        rows.append(
            {
                "task_id": ti.task_id,
                "map_index": ti.map_index,
                # "@task" also when the task is mapped
                "operator": str(task.operator_name if task else ti.operator),
                "state": _state(ti.state),
                "try_number": ti.try_number,
                "max_tries": ti.max_tries,
                "tries": tries.get(key, []),
                "xcoms": _xcoms(session, ti),
                "rendered": _rendered(session, ti, task),
            }
        )
    rows.sort(key=lambda r: _place(order, r["task_id"], r["map_index"]))
    return rows


def _order(dag: Any) -> dict[str, int]:
    return {t.task_id: i for i, t in enumerate(dag.topological_sort())}


def _place(order: dict[str, int], task_id: Any, map_index: Any) -> tuple[Any, ...]:
    """Return where a task instance stands; those of tasks that are gone come last."""
    return order.get(task_id, len(order)), task_id, map_index


def _state(state: Any) -> str | None:
    return None if state is None else str(getattr(state, "value", state))


def _try(ti: Any, zero: datetime | None, seen: Seen) -> dict[str, Any]:
    key = (ti.run_id, ti.task_id, ti.map_index, ti.try_number)
    start = (ti.start_date - zero).total_seconds() if ti.start_date and zero else 0.0
    end = ti.end_date or ti.start_date
    seconds = (end - ti.start_date).total_seconds() if ti.start_date else 0.0
    return {
        "try_number": ti.try_number,
        "state": _state(ti.state),
        "start": round(start, 3),
        "duration": round(seconds, 3),
        "error": seen.errors.get(key),
        "log": seen.logs.get(key, []),
    }


def _xcoms(session: Session, ti: TaskInstance) -> dict[str, Any]:
    rows = session.scalars(
        select(XComModel).where(*_of(XComModel, ti)).order_by(XComModel.key)
    )
    # As the Task Execution API stored it. XComModel.deserialize_value would read the
    # text "20.50" as JSON once more, and give a number that no task has pushed.
    found = {row.key: plain(row.value) for row in rows}
    if followed := found.get(SKIPMIXIN_KEY):
        # Airflow makes these lists of sets, in the order of this process's hashes.
        found[SKIPMIXIN_KEY] = {name: sorted(ids) for name, ids in followed.items()}
    return found


def _rendered(session: Session, ti: TaskInstance, task: Any) -> dict[str, Any]:
    """Return the template fields that rendering changed, and only those."""
    row = session.scalars(
        select(RenderedTaskInstanceFields).where(*_of(RenderedTaskInstanceFields, ti))
    ).first()
    if row is None or task is None:
        return {}
    return {
        name: plain(value)
        for name, value in (row.rendered_fields or {}).items()
        if re.search(r"\{[{%]", str(getattr(task, name, None)))
    }


def _asset_events(session: Session, dag: Any, run_id: str) -> list[dict[str, Any]]:
    """Return the events of a run, task by task.

    The outlets of a task are a set: only several events of one asset have an order.
    """
    found = session.execute(
        select(AssetEvent, AssetModel)
        .join(AssetModel, AssetModel.id == AssetEvent.asset_id)
        .where(
            AssetEvent.source_dag_id == dag.dag_id, AssetEvent.source_run_id == run_id
        )
        .order_by(AssetModel.name, AssetModel.uri, AssetEvent.id)
    )
    order = _order(dag)
    rows = sorted(
        found,
        key=lambda row: _place(order, row[0].source_task_id, row[0].source_map_index),
    )
    return [
        {
            "asset": asset.name,
            "uri": asset.uri,
            "extra": plain(event.extra or {}),
            "source_task": event.source_task_id,
            "source_map_index": event.source_map_index,
        }
        for event, asset in rows
    ]
