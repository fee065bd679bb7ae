"""Rules on a DAG file that its text alone can answer.

``guard`` is for one file; what only a parsed DAG can tell (ids, tags) is in
``dag_rules``. The rules leave out what runs under ``if __name__ == "__main__":``: there
a person's own process runs, not a worker.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from dagbook import cache
from dagbook.guard.rules import File
from dagbook.pages import snippets
from dagbook.problems import DagbookError, Problem, relative
from dagbook.project import Project
from dagbook.spec.model import Item


def guard(
    project: Project, path: Path, item: Item | None = None, requires: Sequence[str] = ()
) -> list[Problem]:
    """Return what is wrong with the text of a DAG file.

    Args:
        project: the checkout.
        path: the DAG file.
        item: the spec's item that the file belongs to; without it, the number of
            snippet sections is not checked.
        requires: distributions that the page declares in its front matter.

    A file that Python cannot read yields nothing here: the parse says why. The answer
    for an unchanged file comes from the cache.
    """
    name = relative(path, project.root)
    try:
        content = path.read_bytes()
    except OSError:
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
    if item is not None:
        found += _sections(project, path, name, item)
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
    return [*found, *file.tasks(), *file.parsing()]


@lru_cache(maxsize=1)
def _tool() -> str:
    modules = sorted(
        f"guard/{path.name}" for path in Path(__file__).parent.glob("*.py")
    )
    return cache.key(cache.source(*modules), sys.version)


def _plugins(project: Project) -> frozenset[str]:
    folder = project.dags / "plugins"
    return frozenset(path.stem for path in folder.glob("*") if path.stem[:1] != "_")


def _sections(project: Project, path: Path, name: str, item: Item) -> Iterator[Problem]:
    try:
        known = snippets.of_file(project, path)
    except DagbookError as error:
        yield from error.problems
        return
    wanted = len(item.bullets)
    if len(known) < wanted:
        what = f"has {len(known)} snippet sections for {wanted} bullets"
        remedy = "mark what each bullet shows: # --8<-- [start:name] … [end:name]"
        yield Problem(name, 0, what, remedy)
