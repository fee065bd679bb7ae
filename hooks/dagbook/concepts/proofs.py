"""What the tests of the concept pages found: claims and computed tables, on disk."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagbook import files
from dagbook.examples.versions import numbers
from dagbook.project import Project
from dagbook.recording import file as recording

FOLDER = "concepts"

#: How a claim can be proven, and how the page says it.
PROOFS = {
    "enum": "members of an enum",
    "config": "the configuration and its defaults",
    "cli": "the command line's own parser",
    "openapi": "the schema of the REST API",
    "rest": "the REST API on loopback",
    "dag.test": "a run of `dag.test()`",
    "scheduler": "the scheduler's own code on an empty database",
    "execution-api": "the Task Execution API",
    "timetable": "the timetable itself",
    "model": "Airflow's own classes, called directly",
    "ui": "the texts of the web interface as shipped",
    "python": "the Python interpreter",
    "live": "a recorded run on a real scheduler",
}


def folder(project: Project) -> Path:
    """Return the folder of the tests that prove claims."""
    return project.tests / FOLDER


def claims_file(project: Project) -> Path:
    """Return the file of the claims that held."""
    return folder(project) / "claims.json"


def tables_file(project: Project) -> Path:
    """Return the file of the computed tables."""
    return folder(project) / "tables.json"


def transitions_file(project: Project) -> Path:
    """Return the file that names every change of state, written by hand."""
    return folder(project) / "transitions.yml"


def load(path: Path) -> dict[str, Any]:
    """Return a results file; empty when there is none.

    Raises:
        DagbookError: it is not JSON.
    """
    found: dict[str, Any] = files.data(path) if path.is_file() else {}
    return found


def claims(project: Project) -> dict[str, dict[str, Any]]:
    """Return the claims that held, by id: ``by``, ``test``, ``held``."""
    return load(claims_file(project)).get("claims", {})


def tables(project: Project) -> dict[str, dict[str, Any]]:
    """Return the computed tables by name: ``caption``, ``head``, ``rows``."""
    return load(tables_file(project)).get("tables", {})


def fingerprint(project: Project, module: Path) -> str:
    """Return a hash of a test module and of what all these modules share."""
    own = folder(project)
    shared = [
        path
        for path in sorted(own.rglob("*"))
        if path.suffix in (".py", ".yml") and not path.name.startswith("test_")
    ]
    parts = [
        f"{project.relative(path)} {files.sha256(path)}" for path in [*shared, module]
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def keep_claims(
    project: Project,
    module: Path,
    proven: Mapping[str, Mapping[str, str]],
    version: str,
) -> None:
    """Write what a run of one test module proved.

    Args:
        proven: ``by`` and ``test`` of each claim whose tests all passed; what the
            module proved before and does not prove now is dropped.
        version: of Airflow; versions on which the unchanged test held stay listed.
    """
    path, name = claims_file(project), project.relative(module)
    with _alone(project):
        data = load(path)
        modules = data.get("modules", {})
        before = data.get("claims", {})
        same = modules.get(name) == (now := fingerprint(project, module))
        kept = {
            claim: row
            for claim, row in before.items()
            if row["test"].partition("::")[0] != name
            and (project.root / row["test"].partition("::")[0]).is_file()
        }
        for claim, row in proven.items():
            held = set(before.get(claim, {}).get("held", ())) if same else set()
            kept[claim] = {**row, "held": sorted(held | {version}, key=numbers)}
        modules = {
            key: value
            for key, value in {**modules, name: now}.items()
            if (project.root / key).is_file()
        }
        recording.save(path, {"claims": kept, "modules": modules})


def keep_table(project: Project, name: str, table: Mapping[str, Any]) -> None:
    """Write one computed table."""
    path = tables_file(project)
    with _alone(project):
        found = load(path).get("tables", {})
        recording.save(path, {"tables": {**found, name: dict(table)}})


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Let the test processes of one session write one after the other."""
    with open(project.cache / "claims.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
