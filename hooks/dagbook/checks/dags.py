"""Rules on a DAG file: as Airflow parsed it, and as its text reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import DagFile, Tree
from dagbook.guard.guard import guard
from dagbook.pages import snippets
from dagbook.parsing.model import ParsedDag
from dagbook.parsing.source_lines import dag_lines
from dagbook.problems import Problem


@rule("dag")
def parsed(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a DAG file that does not parse, or that does work while it is parsed."""
    yield from file.parsed.problems


@rule("dag", spare=True)
def guarded(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse what fails on a real worker, and what a reader should not copy."""
    page = file.example.page if file.example else None
    yield from guard(tree.project, file.path, page.front.requires if page else ())


@rule("dag")
def sections(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse marks of sections that are out of order."""
    if file.example:
        snippets.of_file(tree.project, file.path)
    yield from ()


@rule("dag")
def ids(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a DAG whose id is not the file's stem, or ``<stem>__<role>``."""
    if file.example is None or file.parsed.problems:
        return
    stem, found = file.path.stem, file.parsed.dags
    if not any(dag.dag_id == stem for dag in found):
        names = ", ".join(dag.dag_id for dag in found) or "none"
        what = f"has no DAG with the id {stem!r}, only: {names}"
        line = _line(file, found[0]) if found else 0
        yield Problem(file.name, line, what, "one DAG has the file's stem as its id")
    for dag in found:
        if not re.fullmatch(rf"{re.escape(stem)}(__[a-z][a-z0-9_]*)?", dag.dag_id):
            what = f"the DAG {dag.dag_id!r} is not named after the file"
            yield Problem(file.name, _line(file, dag), what, f"call it {stem}__<role>")


@rule("dag")
def tags(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse other tags than the checklist's and the subsection's number."""
    if file.example is None or file.parsed.problems:
        return
    item = file.example.item
    wanted = {*item.tags, item.subsection}
    for dag in file.parsed.dags:
        if dag.dag_id != item.stem or set(dag.tags) == wanted:
            continue
        missing = sorted(wanted - set(dag.tags))
        extra = sorted(set(dag.tags) - wanted)
        says = [f"misses {', '.join(missing)}"] if missing else []
        says += [f"has {', '.join(extra)} too"] if extra else []
        what = f"the tags differ from the checklist: the DAG {' and '.join(says)}"
        remedy = f"tags={[*item.tags, item.subsection]}"
        yield Problem(file.name, _tags_line(file, dag), what, remedy)


def _line(file: DagFile, dag: ParsedDag) -> int:
    return (dag_lines(_tree(file), dag.dag_id) or [0])[0]


def _tags_line(file: DagFile, dag: ParsedDag) -> int:
    """Return the line of the ``tags`` of ``dag``, else that of the DAG."""
    start = _line(file, dag)
    lines: list[int] = []
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call) and node.lineno >= start:
            lines += [k.value.lineno for k in node.keywords if k.arg == "tags"]
        if isinstance(node, ast.Dict):  # shared by the DAGs of the file
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "tags":
                    lines.append(value.lineno)
    return lines[0] if lines else start


def _tree(file: DagFile) -> ast.Module:
    return ast.parse(files.text(file.path))
