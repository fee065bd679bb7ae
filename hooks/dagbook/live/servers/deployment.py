"""Put DAG files on a running Airflow, which then knows nothing of their past."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from dagbook.live.client import ApiError, quoted, run_path
from dagbook.live.servers.cluster import Cluster
from dagbook.live.waiting import until

# What Airflow keeps when a DAG is deleted, and what no request deletes.
ASSETS = """SELECT asset_id FROM dag_schedule_asset_reference WHERE dag_id = :dag_id
    UNION SELECT asset_id FROM task_outlet_asset_reference WHERE dag_id = :dag_id"""
PAST = (
    f"DELETE FROM asset_event WHERE source_dag_id = :dag_id OR asset_id IN ({ASSETS})",
    "DELETE FROM log WHERE dag_id = :dag_id",
)
FORGET_ERRORS = "DELETE FROM import_error WHERE filename LIKE :name"


def execute(cluster: Cluster, *statements: str, **values: Any) -> None:
    """Execute SQL on the metadata database, in one transaction."""
    from sqlalchemy import NullPool, create_engine, text

    engine = create_engine(cluster.settings.database_url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def deploy(cluster: Cluster, files: dict[str, Path]) -> dict[str, Path]:
    """Copy DAG files to the Airflow and remove all that it knows of their DAGs.

    ``files`` and the returned copies are by their path in the DAGs folder. A copy is
    what a result stands for, whatever is edited meanwhile.
    """
    copies = {}
    known = cluster.client.dag_ids()
    for name, file in files.items():
        for dag_id in sorted(known):
            if is_of(dag_id, file.stem):
                forget_dag(cluster, dag_id)
        execute(cluster, FORGET_ERRORS, name=f"%{file.name}")
        copies[name] = copy(cluster, name, file)
    return copies


def copy(cluster: Cluster, name: str, file: Path) -> Path:
    """Copy a DAG file to ``name`` in the Airflow's DAGs folder; return the copy."""
    target = cluster.dags / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    return target


def is_of(dag_id: str, stem: str) -> bool:
    """Return whether a DAG belongs to the file called ``stem``."""
    return dag_id == stem or dag_id.startswith(f"{stem}__")


def forget_dag(cluster: Cluster, dag_id: str) -> None:
    """Delete a DAG with its runs; those that go on are ended first."""
    client = cluster.client
    client.pause(dag_id)
    for run in client.runs(dag_id, state=["queued", "running"]):
        end_run(cluster, dag_id, run["dag_run_id"])
    execute(cluster, *PAST, dag_id=dag_id)

    def gone() -> bool:
        try:
            client.request("DELETE", f"/api/v2/dags/{quoted(dag_id)}")
        except ApiError as error:
            if error.status == 409:  # a task has not noticed yet
                return False
            if error.status != 404:
                raise
        return True

    until(f"the tasks of {dag_id} to end", gone, bool, seconds=30.0)


def end_run(cluster: Cluster, dag_id: str, run_id: str) -> None:
    """Mark a run failed, which ends its tasks."""
    cluster.client.patch(run_path(dag_id, run_id), {"state": "failed"})
