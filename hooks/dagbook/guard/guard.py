"""Rules on a DAG file that its text alone can answer; the others are in ``checks``."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from dagbook import cache, files
from dagbook.guard.rules import File
from dagbook.problems import DagbookError, Problem, relative
from dagbook.project import Project


def guard(project: Project, path: Path, requires: Sequence[str] = ()) -> list[Problem]:
    """Return what is wrong with the text of a DAG file, from the cache if unchanged.

    ``requires``: distributions that the page declares. A file that Python cannot read
    yields nothing here: the parse says why.
    """
    name = relative(path, project.root)
    try:
        content = files.content(path)
    except DagbookError:
        return []
    plugins = _plugins(project)
    given = json.dumps([name, sorted(requires), sorted(plugins)])
    key = cache.key(_tool(), given, content)
    rows = cache.read(project, "guard", key)
    if rows is None:
        file = _judge(name, content, tuple(requires), plugins)
        rows = [[problem.line, problem.what, problem.remedy] for problem in file]
        cache.write(project, "guard", key, rows)
    found = [Problem(name, *row) for row in rows]
    return sorted(set(found))


def _judge(
    name: str, content: bytes, requires: tuple[str, ...], plugins: frozenset[str]
) -> list[Problem]:
    try:
        text = content.decode("utf-8")
        tree = ast.parse(text)
    except (UnicodeDecodeError, SyntaxError, ValueError):
        return []
    file = File(name, text, tree, requires, plugins)
    found = [*file.style(), *file.main_block(), *file.imports(), *file.dags()]
    return [*found, *file.tasks(), *file.parsing(), *file.texts()]


@lru_cache(maxsize=1)
def _tool() -> str:
    return cache.key(cache.source("guard"), sys.version)


def _plugins(project: Project) -> frozenset[str]:
    folder = project.dags / "plugins"
    return frozenset(path.stem for path in folder.glob("*") if path.stem[:1] != "_")
