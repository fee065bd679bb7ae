"""A parsed DAG as plain data: what graphs, schedules and checks need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import Any

FROM = "2026-05-01T00:00:00Z"
COUNT = 5


def describe(dag: Any, start: str = FROM, count: int = COUNT) -> dict[str, Any]:
    """Return what pages and checks need to know of a ``airflow.sdk.DAG``.

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
        "labels": sorted(
            [above, below, info["label"]]
            for above, found in dag.edge_info.items()
            for below, info in found.items()
            if info.get("label")
        ),
        "groups": _groups(dag),
        "ticks": ticks(stored, start, count),
    }


def ticks(stored: Any, start: str, count: int) -> list[dict[str, str | None]]:
    """Return the runs that a scheduler would create whose clock stands at ``start``.

    Args:
        stored: the DAG as the scheduler holds it; its own timetable and catchup decide.
        start: runs before this instant (ISO 8601) are left out.
        count: at most this many.
    """
    import pendulum
    from airflow.timetables._cron import CronMixin

    begin = pendulum.instance(dt.datetime.fromisoformat(start))
    restriction = stored._time_restriction
    if isinstance(stored.timetable, CronMixin) and restriction.earliest is not None:
        # Such a schedule does not count from its start, so nobody needs to.
        restriction = restriction._replace(earliest=max(begin, restriction.earliest))
    found: list[dict[str, str | None]] = []
    info = None
    with _clock_at(begin):
        while len(found) < count:
            last = info
            info = stored.timetable.next_dagrun_info_v2(
                last_dagrun_info=last, restriction=restriction
            )
            if info is None or (last and last.run_after == info.run_after):
                break  # such as @continuous: there is no second run to compute
            planned = info.logical_date if stored.timetable.periodic else None
            if (planned or info.run_after) >= begin:
                found.append(_tick(info))
    return found


def _tick(info: Any) -> dict[str, str | None]:
    interval = info.data_interval
    return {
        "logical_date": _instant(info.logical_date),
        "start": _instant(interval.start if interval else None),
        "end": _instant(interval.end if interval else None),
        "run_after": _instant(info.run_after),
    }


@contextmanager
def _clock_at(moment: dt.datetime) -> Iterator[None]:
    """Let timetables believe that it is ``moment``: without catchup they look."""
    from airflow._shared.timezones import timezone
    from airflow.timetables import interval, trigger

    clock = timezone.utcnow
    modules: tuple[Any, ...] = (timezone, interval, trigger)
    for module in modules:
        module.utcnow = lambda: moment
    try:
        yield
    finally:
        for module in modules:
            module.utcnow = clock


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
        "label": shown if (shown := task.task_display_name) != task.task_id else None,
    }


def _in_mapped_group(task: Any) -> bool:
    group = task.task_group
    while group is not None and type(group).__name__ != "MappedTaskGroup":
        group = group.parent_group
    return group is not None


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
    sorter = TopologicalSorter(
        {k: t.upstream_task_ids for k, t in dag.task_dict.items()}
    )
    sorter.prepare()
    order: list[str] = []
    while free := sorted(sorter.get_ready()):
        sorter.done(*free)
        order += free
    return order
