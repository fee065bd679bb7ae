"""Rules on the DAGs of an example, as Airflow has parsed them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dagbook.pages import snippets
from dagbook.parsing.model import ParsedDag, ParsedFile
from dagbook.parsing.source_lines import dag_lines
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.spec.model import Item


def problems(project: Project, item: Item, file: ParsedFile) -> list[Problem]:
    """Return what is wrong with the ids and tags of an example's DAGs.

    Args:
        project: the checkout, for the lines of the file.
        item: what the contract asks for.
        file: the example as parsed.
    """
    text = (project.root / file.file).read_text("utf-8", errors="replace")
    return sorted(_ids(item, file, text)) + sorted(_tags(item, file, text))


def _ids(item: Item, file: ParsedFile, text: str) -> Iterator[Problem]:
    if not any(dag.dag_id == item.stem for dag in file.dags):
        names = ", ".join(dag.dag_id for dag in file.dags) or "none"
        what = f"has no DAG with the id {item.stem!r}, only: {names}"
        line = _line(text, file.dags[0]) if file.dags else 0
        yield Problem(file.file, line, what, "one DAG has the file's stem as its id")
    for dag in file.dags:
        if dag.dag_id == item.stem or re.fullmatch(
            re.escape(item.stem) + r"__[a-z][a-z0-9_]*", dag.dag_id
        ):
            continue
        what = f"the DAG {dag.dag_id!r} is not named after the file"
        remedy = f"call it {item.stem}__<role>"
        yield Problem(file.file, _line(text, dag), what, remedy)


def _tags(item: Item, file: ParsedFile, text: str) -> Iterator[Problem]:
    wanted = {*item.tags, item.subsection}
    for dag in file.dags:
        if dag.dag_id != item.stem or set(dag.tags) == wanted:
            continue
        missing = sorted(wanted - set(dag.tags))
        extra = sorted(set(dag.tags) - wanted)
        says = [f"misses {', '.join(missing)}"] if missing else []
        says += [f"has {', '.join(extra)} too"] if extra else []
        what = f"the tags differ from the checklist: the DAG {' and '.join(says)}"
        remedy = f"tags={[*item.tags, item.subsection]}"
        yield Problem(file.file, _tags_line(text, dag), what, remedy)


def _line(text: str, dag: ParsedDag) -> int:
    return (dag_lines(ast.parse(text), dag.dag_id) or [0])[0]


def _tags_line(text: str, dag: ParsedDag) -> int:
    """Return the line of the ``tags`` argument of ``dag``, else that of the DAG."""
    start = _line(text, dag)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.lineno >= start:
            for keyword in node.keywords:
                if keyword.arg == "tags":
                    return keyword.value.lineno
    return start


def sections(project: Project, item: Item) -> Iterator[Problem]:
    """Yield what is wrong with the marked sections of an example's DAG file."""
    try:
        snippets.of_file(project, item.paths(project).dag)
    except DagbookError as error:
        yield from error.problems
