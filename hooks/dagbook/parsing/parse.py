"""What Airflow finds in the DAG files, without importing Airflow here.

The cache holds one JSON file for each content: an unchanged tree starts no process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from dagbook import cache as kept
from dagbook import files as on_disk
from dagbook.parsing import client
from dagbook.parsing.model import ParsedDag, ParsedFile, Tick, fault
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project

ROOM = "parse"
DEFAULT_LIMIT = 5.0
"""Seconds that a file may take to parse, unless DAGBOOK_PARSE_LIMIT says otherwise."""

PACKAGES = [
    f"apache-airflow-{name}" for name in ("core", "task-sdk", "providers-standard")
]

Progress = Callable[[int, int, str], None]
"""Called with (files done, files to parse, name of the last file)."""


def parse(
    project: Project, files: Iterable[Path], progress: Progress | None = None
) -> dict[str, ParsedFile]:
    """Parse DAG files by Airflow's own DagBag, from the cache where nothing changed.

    Returns:
        One entry per file by path relative to the root; a missing file and an id that
        two files share are problems.
    """
    names = {project.relative(path): path for path in files}
    answers: dict[str, dict[str, Any]] = {}
    missing: dict[str, Path] = {}
    companions = _companions(project)
    keys: dict[str, str] = {}
    for name, path in names.items():
        if not path.is_file():
            remedy = "write the file, or correct the reference"
            answers[name] = {"problems": [fault(0, "does not exist", remedy)]}
            continue
        keys[name] = _key(name, on_disk.content(path), companions)
        cached = _from_cache(project, keys[name])
        if cached is None:
            missing[name] = path
        else:
            answers[name] = cached
    if missing:
        requests = {name: _request(project, path) for name, path in missing.items()}
        asked = client.ask(project.root, companions, requests)
        for done, (name, answer) in enumerate(asked, 1):
            answers[name] = answer
            if all(p.get("cacheable", True) for p in answer["problems"]):
                kept.write(project, ROOM, keys[name], answer)
            if progress:
                progress(done, len(missing), name)
        kept.tidy(project, ROOM)
    return _unique({name: _parsed(name, answers[name]) for name in names})


def schedule(
    project: Project, file: str, dag_id: str, start: str, count: int
) -> list[Tick]:
    """Return at most ``count`` next runs of a DAG from ``start`` (ISO 8601) on.

    Raises:
        DagbookError: the file does not parse or does not hold the DAG.
    """
    path = project.root / file
    if not path.is_file():
        raise DagbookError(Problem(file, 0, "does not exist", "correct the reference"))
    companions = _companions(project)
    content = on_disk.content(path) + f"\0{dag_id}\0{start}\0{count}".encode()
    key = _key(f"schedule {file}", content, companions)
    answer = _from_cache(project, key)
    if answer is None:
        which = {"dag_id": dag_id, "from": start, "count": count}
        request = _request(project, path) | {"op": "schedule"} | which
        [(_, answer)] = client.ask(project.root, companions, {file: request})
        if not answer["problems"]:
            kept.write(project, ROOM, key, answer)
    if answer["problems"]:
        raise DagbookError(_parsed(file, answer).problems)
    return [Tick(**tick) for tick in answer["ticks"]]


def limit() -> float:
    """Return the seconds that a file may take to parse."""
    return float(os.environ.get("DAGBOOK_PARSE_LIMIT", DEFAULT_LIMIT))


def _request(project: Project, path: Path) -> dict[str, Any]:
    return {
        "op": "parse",
        "file": str(path.resolve()),
        "root": str(project.root.resolve()),
        "limit": limit(),
    }


def _parsed(name: str, answer: dict[str, Any]) -> ParsedFile:
    return ParsedFile(
        file=name,
        seconds=answer.get("seconds", 0.0),
        problems=tuple(
            Problem(p.get("path", name), p["line"], p["what"], p.get("remedy", ""))
            for p in answer["problems"]
        ),
        dags=tuple(ParsedDag.from_json(dag) for dag in answer.get("dags", [])),
    )


def _unique(parsed: dict[str, ParsedFile]) -> dict[str, ParsedFile]:
    """Add a problem to each file that repeats the dag_id of an earlier one."""
    owners: dict[str, str] = {}
    for name in sorted(parsed):
        for dag in parsed[name].dags:
            first = owners.setdefault(dag.dag_id, name)
            if first != name:
                what = f"the DAG {dag.dag_id!r} is already in {first}"
                clash = Problem(name, 0, what, "give it an id of its own")
                problems = (*parsed[name].problems, clash)
                parsed[name] = replace(parsed[name], problems=problems)
    return parsed


@cache
def _tool() -> str:
    """Return the digest of everything but the files that an answer depends on."""
    versions = [f"{package} {metadata.version(package)}" for package in PACKAGES]
    return kept.key(kept.source("parsing", "airflow_compat.py"), *versions, sys.version)


def _companions(project: Project) -> str:
    """Return the digest of the plugins, which any DAG file may use."""
    parts: list[str | bytes] = []
    for path in sorted((project.dags / "plugins").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            parts += [project.relative(path), on_disk.content(path)]
    return kept.key(*parts)


def _key(name: str, content: bytes, companions: str) -> str:
    return kept.key(_tool(), companions, name, content)


def _from_cache(project: Project, key: str) -> dict[str, Any] | None:
    answer = kept.read(project, ROOM, key)
    return answer if answer and answer.get("seconds", 0.0) <= limit() else None
