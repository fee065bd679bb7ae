"""A parsed DAG as plain data: what graphs, schedules and checks need.

Runs only in the process of ``server``, where Airflow is imported.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

FROM = "2026-05-01T00:00:00Z"
COUNT = 5


def describe(dag: Any, start: str = FROM, count: int = COUNT) -> dict[str, Any]:
    """Return what pages and checks need to know of ``dag``.

    Args:
        dag: a ``airflow.sdk.DAG``.
        start: first instant of the ticks, ISO 8601.
        count: number of ticks.

    Raises:
        Exception: whatever Airflow raises for a DAG that it cannot serialize.
    """
    from dagbook.airflow_compat import DagSerialization

    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    timetable = stored.timetable
    return {
        "dag_id": dag.dag_id,
        "tags": sorted(dag.tags),
        "schedule": timetable.description or timetable.summary,
        "timetable": type(timetable).__name__,
        "tasks": [_task(dag.task_dict[task_id]) for task_id in _order(dag)],
        "edges": sorted(
            [task.task_id, below]
            for task in dag.task_dict.values()
            for below in task.downstream_task_ids
        ),
        "groups": _groups(dag),
        "ticks": ticks(stored, start, count),
    }


def ticks(stored: Any, start: str, count: int) -> list[dict[str, str | None]]:
    """Return the next ``count`` runs of a deserialized DAG by its own timetable.

    Args:
        stored: the DAG as the scheduler holds it.
        start: runs before this instant (ISO 8601) are left out.
        count: at most this many.
    """
    from airflow.timetables.base import TimeRestriction

    earliest = dt.datetime.fromisoformat(start)
    if stored.start_date is not None:
        earliest = max(earliest, stored.start_date)
    import pendulum

    restriction = TimeRestriction(
        earliest=pendulum.instance(earliest), latest=stored.end_date, catchup=True
    )
    found: list[dict[str, str | None]] = []
    info = None
    while len(found) < count:
        info = stored.timetable.next_dagrun_info_v2(
            last_dagrun_info=info, restriction=restriction
        )
        if info is None:
            break
        interval = info.data_interval
        tick = {
            "logical_date": _instant(info.logical_date),
            "start": _instant(interval.start if interval else None),
            "end": _instant(interval.end if interval else None),
            "run_after": _instant(info.run_after),
        }
        if found and found[-1]["run_after"] == tick["run_after"]:
            break  # such as @once and @continuous: there is no second tick to compute
        found.append(tick)
    return found


def _instant(value: dt.datetime | None) -> str | None:
    if value is None:
        return None
    text = value.astimezone(dt.UTC).isoformat()
    return text.replace("+00:00", "Z")


def _task(task: Any) -> dict[str, Any]:
    group = task.task_group.group_id if task.task_group else None
    return {
        "task_id": task.task_id,
        "operator": task.operator_name,
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "mapped": bool(task.is_mapped) or _in_mapped_group(task),
        "setup": bool(task.is_setup),
        "teardown": bool(task.is_teardown),
        "group": group,
    }


def _in_mapped_group(task: Any) -> bool:
    group = task.task_group
    while group is not None:
        if type(group).__name__ == "MappedTaskGroup":
            return True
        group = group.parent_group
    return False


def _groups(dag: Any) -> list[dict[str, Any]]:
    groups = dag.task_group.get_task_group_dict()
    return [
        {
            "group_id": group_id,
            "parent": group.parent_group.group_id if group.parent_group else None,
            "label": group.label,
            "mapped": type(group).__name__ == "MappedTaskGroup",
        }
        for group_id, group in sorted(groups.items(), key=lambda item: item[0] or "")
        if group_id
    ]


def _order(dag: Any) -> list[str]:
    """Topological; among tasks that are free at the same time, by task id."""
    waiting = {
        task_id: set(task.upstream_task_ids) for task_id, task in dag.task_dict.items()
    }
    order: list[str] = []
    while waiting:
        free = sorted(task_id for task_id, above in waiting.items() if not above)
        for task_id in free:
            del waiting[task_id]
        for above in waiting.values():
            above.difference_update(free)
        order.extend(free)
    return order
