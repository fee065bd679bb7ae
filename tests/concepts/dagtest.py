"""Runs of small DAG files under ``dag.test()``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagbook.running import dag_test as runner

DAGS = Path(__file__).parent / "dags"


@dataclass
class Ran:
    """What a run left.

    Args:
        run: the Dag run.
        states: by task id.
        returned: what each task returned, by task id.
        tis: task instances by task id.
    """

    run: Any
    states: dict[str, str | None] = field(default_factory=dict)
    returned: dict[str, Any] = field(default_factory=dict)
    tis: dict[str, Any] = field(default_factory=dict)


def run(world: Any, name: str, **arguments: Any) -> Ran:
    """Run the DAG ``name`` of ``dags/<name>.py``.

    Args:
        world: the fixture; its database is used.
        name: of the file and of its DAG; ``file:dag`` names another DAG of a file.
        arguments: ``logical_date``, ``conf``, ``run_after``, ``limit``.
    """
    from airflow.models.xcom import XComModel

    stem, _, dag_id = name.partition(":")
    dags, _ = runner.load(DAGS / f"{stem}.py")
    given = {
        "logical_date": runner.LOGICAL_DATE,
        "run_after": runner.RUN_AFTER,
        "conf": None,
        "mark_success": None,
        "limit": 60.0,
        **arguments,
    }
    made, _ = runner.test_run(dags[dag_id or stem], **given)
    ran = Ran(made)
    for ti in world.tis(made.run_id):
        ran.tis[ti.task_id] = ti
        ran.states[ti.task_id] = None if ti.state is None else str(ti.state)
    with world.session() as session:
        rows = session.query(XComModel).filter(XComModel.run_id == made.run_id)
        for row in rows.filter(XComModel.key == "return_value"):
            ran.returned[row.task_id] = XComModel.deserialize_value(row)
    return ran
