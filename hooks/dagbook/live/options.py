"""What ``dagbook live`` was asked for, handed to pytest by the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dagbook.live.parity.plan import Plan, plans, smoke
from dagbook.live.servers.celery import CeleryCluster
from dagbook.live.servers.cluster import Cluster
from dagbook.live.servers.logs import new_folder
from dagbook.live.servers.settings import Database, Executor
from dagbook.project import Project

# The bundle of the lane's own DAGs.
OWN = "live"


@dataclass(frozen=True)
class Options:
    """The options of a live session.

    Args:
        only: an id or the beginning of one, such as ``16.1``; empty: everything.
        smoke: at most fifteen examples, every mode.
        executor: ``local`` or ``celery``.
        database: ``postgresql`` or ``sqlite``.
        write: refresh ``tests/parity.json``.
        record: rewrite live recordings.
    """

    only: str = ""
    smoke: bool = False
    executor: Executor = "local"
    database: Database = "postgresql"
    write: bool = False
    record: bool = False

    def environment(self) -> dict[str, str]:
        """Return the variables that carry the options to pytest."""
        return {
            "DAGBOOK_LIVE": "1",
            "DAGBOOK_ONLY": self.only,
            "DAGBOOK_SMOKE": "1" if self.smoke else "",
            "DAGBOOK_EXECUTOR": self.executor,
            "DAGBOOK_DB": self.database,
            "DAGBOOK_WRITE": "1" if self.write else "",
            "DAGBOOK_RECORD": "1" if self.record else "",
        }

    @classmethod
    def from_environment(cls) -> Options:
        """Return the options of the present process."""
        get = os.environ.get
        return cls(
            only=get("DAGBOOK_ONLY", ""),
            smoke=get("DAGBOOK_SMOKE") == "1",
            executor=cast(Executor, get("DAGBOOK_EXECUTOR") or "local"),
            database=cast(Database, get("DAGBOOK_DB") or "postgresql"),
            write=get("DAGBOOK_WRITE") == "1",
            record=get("DAGBOOK_RECORD") == "1",
        )

    def plans(self, project: Project) -> list[Plan]:
        """Return the examples whose parity is asked for."""
        chosen = plans(project, self.only)
        return smoke(chosen) if self.smoke else chosen

    @property
    def words(self) -> str:
        """Executor and database in words."""
        executor = {"local": "LocalExecutor", "celery": "CeleryExecutor"}
        database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
        return f"{executor[self.executor]}, {database[self.database]}"

    def cluster(self, project: Project, progress: Callable[[str], None]) -> Cluster:
        """Return the Airflow that the options ask for, not started."""
        kind = CeleryCluster if self.executor == "celery" else Cluster
        return kind(
            bundles=bundles(project),
            database=self.database,
            executor=self.executor,
            plugins=project.dags / "plugins",
            cache=project.cache / "live",
            keep_logs=new_folder(project.cache / "live-logs"),
            progress=progress,
        )


def bundles(project: Project) -> dict[str, Path]:
    """Return one DAG bundle for each section, and one for the lane's own DAGs."""
    found = {
        folder.name: folder
        for folder in sorted(project.dags.iterdir())
        if folder.is_dir() and folder.name != "plugins" and any(folder.rglob("*.py"))
    }
    own = project.tests / "live" / "dags"
    return {**found, OWN: own} if own.is_dir() else found
