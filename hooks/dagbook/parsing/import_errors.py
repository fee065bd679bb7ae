"""Airflow's import errors as problems with the line of the parsed file."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

from dagbook.parsing.model import fault
from dagbook.parsing.sandbox import DATABASE, SDK_IN_A_TASK, NotWhileParsingError
from dagbook.parsing.source_lines import dag_lines, first_dag_line, wiring_line

_ORM = re.compile(
    r"database access via the ORM is not allowed|Metadatabase from dags is not allowed"
    r"|Database access is disabled from Dags|airflow-db-not-allowed"
)
Found = dict[str, Any]


def import_error(
    text: str, path: Path, root: Path, tree: ast.Module, explained: bool
) -> list[Found]:
    """Turn Airflow's traceback into at most one problem with the line of this file.

    ``explained``: the watch has already noted what the file did.
    """
    lines = [line for line in text.strip().splitlines() if line.strip()]
    last = next((row for row in reversed(lines) if not row.startswith(" ")), text)
    last = last.strip().replace(str(root) + "/", "")
    ours = NotWhileParsingError.__name__ in last
    if ours or (explained and _ORM.search(last)):
        return []
    rows = re.findall(rf'File "{re.escape(str(path))}", line (\d+)', text)
    line = int(rows[-1]) if rows else 0
    kind, _, message = last.partition(": ")
    kind = kind.rsplit(".", 1)[-1]
    if kind == "SystemExit":
        what = f"calls sys.exit while it is parsed (SystemExit {message})"
        return [fault(line, what, "remove it: it would end the process that parses")]
    if kind == "AirflowDagCycleException" or "Cycle detected" in last:
        return [_cycle(last, tree, line)]
    if _ORM.search(last):
        return [fault(line, DATABASE, SDK_IN_A_TASK)]
    missing = kind in ("ModuleNotFoundError", "ImportError")
    correct = "correct the import" if missing else "correct the line"
    remedy = f"{correct}; Airflow refuses the whole file"
    line = line or first_dag_line(tree)
    return [fault(line, f"import error: {last}", remedy, cacheable=not missing)]


def _cycle(message: str, tree: ast.Module, line: int) -> Found:
    task = message.rsplit(": ", 1)[-1].strip().strip("'\"")
    dag = re.sub(r".*in DAG: (\S+?)\.? Faulty.*", r"\1", message)
    defined = (*dag_lines(tree, dag), first_dag_line(tree))
    line = line or wiring_line(tree, task) or defined[0]
    remedy = "remove the dependency that leads back to an earlier task"
    return fault(line, f"the tasks form a cycle through {task!r}", remedy)


def twice(bagged: list[Any], tree: ast.Module) -> list[Found]:
    """Return a problem for each dag_id that the file defines more than once."""
    counts = Counter(dag.dag_id for dag in bagged)
    remedy = "give each DAG an id of its own; Airflow keeps only one of them"
    return [
        fault(
            [1, *dag_lines(tree, dag_id)][-1],
            f"defines the DAG {dag_id!r} {count} times",
            remedy,
        )
        for dag_id, count in sorted(counts.items())
        if count > 1
    ]


def not_serialized(dag_id: str, error: Exception, tree: ast.Module) -> Found:
    """Return the problem of a DAG that a scheduler could not load."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    detail = str(error).splitlines()[0] if str(error) else type(error).__name__
    remedy = (
        "use what a scheduler can load: shipped timetables, triggers and weights, or "
        f"register a class by a plugin ({type(cause).__name__})"
    )
    line = [*dag_lines(tree, dag_id), 1][0]
    return fault(line, f"the DAG {dag_id!r} cannot be serialized: {detail}", remedy)
