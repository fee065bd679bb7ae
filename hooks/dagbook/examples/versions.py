"""Which Airflow versions an example is declared for, and on which its tests passed.

``tests/matrix.json`` holds what ``make matrix`` found, for each example the hash of its
file and what its tests did on each version. A row of another file says nothing.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from dagbook.project import Project, sha256
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
    try:
        status = results_file(project).stat()
        rows = _read(results_file(project), status.st_mtime_ns, status.st_size)
    except (OSError, ValueError):
        return {}
    row = dict(rows.get(item.id, {}))
    dag = item.paths(project).dag
    if not dag.is_file() or row.pop("source", "") != sha256(dag):
        return {}
    return row


@lru_cache(maxsize=2)
def _read(path: Path, _mtime: int, _size: int) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
    return rows
