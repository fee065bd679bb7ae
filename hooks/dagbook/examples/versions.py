"""Which Airflow versions an example is declared for, and on which its tests passed."""

from __future__ import annotations

import re
from pathlib import Path

from dagbook import files
from dagbook.project import Project
from dagbook.spec.model import Item


def results_file(project: Project) -> Path:
    """Return the file that ``make matrix`` writes."""
    return project.tests / "matrix.json"


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers, so that 3.10 comes after 3.9."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def runs_on(lowest: str, version: str) -> bool:
    """Tell whether ``version`` (``3.2.2``) is at least ``lowest`` (``3.1``)."""
    return numbers(version) >= numbers(lowest)


def fates(project: Project, item: Item) -> dict[str, str]:
    """Return ``passed`` or ``failed`` for each version that this very file was on."""
    file = results_file(project)
    row = dict(files.data(file).get(item.id, {}) if file.is_file() else {})
    dag = item.paths(project).dag
    if not dag.is_file() or row.pop("source", "") != files.sha256(dag):
        return {}
    return row
