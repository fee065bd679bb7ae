"""What ``dagbook live`` was asked for, handed to pytest by the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagbook.live.parity.plan import Plan, plans, smoke
from dagbook.live.servers.celery import CeleryCluster
from dagbook.live.servers.cluster import Cluster
from dagbook.live.servers.logs import new_folder
from dagbook.live.servers.settings import Database, Executor
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project


@dataclass(frozen=True)
class Options:
    """The options of a live session.

    Args:
        only: ids or beginnings of ids, such as ``16.1``; empty: everything.
        smoke: at most fifteen examples, every mode.
        write: refresh ``tests/parity.json``.
        record: rewrite live recordings.
        keep: leave the Airflow up for the next session.
    """

    only: str = ""
    smoke: bool = False
    executor: Executor = "local"
    database: Database = "postgresql"
    write: bool = False
    record: bool = False
    keep: bool = False

    def environment(self) -> dict[str, str]:
        """Return the variables that carry the options to pytest."""
        told = {
            f"DAGBOOK_{name.upper()}": "1" if value is True else value or ""
            for name, value in vars(self).items()
        }
        return told | {"DAGBOOK_LIVE": "1"}

    @classmethod
    def from_environment(cls) -> Options:
        """Return the options of the present process."""
        given: dict[str, Any] = {}
        for name, default in vars(cls()).items():
            if text := os.environ.get(f"DAGBOOK_{name.upper()}"):
                given[name] = text == "1" if isinstance(default, bool) else text
        return cls(**given)

    @property
    def reference(self) -> bool:
        """Whether it is the set-up of the committed results."""
        return self.executor == "local" and self.database == "postgresql"

    @property
    def shares(self) -> bool:
        """Whether the kept Airflow will do; a whole session has faults in it."""
        return self.reference and bool(self.only or self.keep)

    def plans(self, project: Project) -> list[Plan]:
        """Return the examples whose parity is asked for.

        Raises:
            DagbookError: ``only`` means nothing, or nothing that has run.
        """
        chosen = plans(project, self.only)
        if self.only and not chosen:
            what = f"no example of “{self.only}” has a recording"
            remedy = f"run `make record ONLY={self.only}` first"
            raise DagbookError(Problem("tests", 0, what, remedy))
        return smoke(chosen) if self.smoke else chosen

    @property
    def words(self) -> str:
        """Executor and database in words."""
        database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[self.database]
        return f"{self.executor.title()}Executor, {database}"

    def cluster(self, project: Project, progress: Callable[[str], None]) -> Cluster:
        """Return the Airflow that the options ask for, not started."""
        kind = CeleryCluster if self.executor == "celery" else Cluster
        return kind(
            database=self.database,
            executor=self.executor,
            plugins=project.dags / "plugins",
            cache=project.cache / "live",
            keep_logs=new_folder(project.cache / "live-logs"),
            progress=progress,
            state=kept_state(project) if self.shares else None,
            keep=self.keep and self.shares,
        )


def kept_state(project: Project) -> Path:
    """Return the file that says where the checkout's kept Airflow is."""
    folder = project.cache / "live"
    folder.mkdir(exist_ok=True)
    return folder / "kept.json"


def own_dags(project: Project) -> dict[str, Path]:
    """Return the lane's own DAG files by their path in the DAGs folder."""
    found = sorted((project.tests / "live" / "dags").glob("*.py"))
    return {f"live/{file.name}": file for file in found}
