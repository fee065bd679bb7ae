"""Which names of Airflow a DAG file uses, read from its syntax tree."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from dagbook import cache, files
from dagbook.problems import DagbookError
from dagbook.project import Project

# Names whose attributes are features of their own: @task.branch, @task.run_if.
_NAMESPACES = {"airflow.sdk.task"}
# Arguments that every file has say nothing about it.
_USUAL_ARGUMENTS = {
    *("dag_id", "schedule", "start_date", "catchup", "tags", "doc_md", "default_args"),
    *("task_id", "owner", "python_callable", "bash_command", "dag", "description"),
}
# Arguments that change how a run behaves, whatever the operator.
_NOTABLE_ARGUMENTS = {
    *("allowed_run_types", "deadline", "dagrun_timeout", "depends_on_past"),
    *("end_date", "execution_timeout", "fail_fast", "inlets", "outlets"),
    *("max_active_runs", "max_active_tasks", "max_active_tis_per_dag"),
    *("max_active_tis_per_dagrun", "max_consecutive_failed_dag_runs", "params"),
    *("is_paused_upon_creation", "pool", "pool_slots", "priority_weight", "queue"),
    *("retries", "retry_policy", "retry_exponential_backoff", "trigger_rule"),
    *("wait_for_downstream", "weight_rule", "deferrable", "multiple_outputs"),
    *("on_failure_callback", "on_success_callback", "on_retry_callback", "executor"),
}
_USUAL_SYMBOLS = {"airflow.sdk.dag", "airflow.sdk.DAG", "airflow.sdk.task"}


def of_file(project: Project, path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the symbols and the arguments that a DAG file uses, sorted.

    The answer for an unchanged file comes from the cache.

    Args:
        project: the checkout.
        path: the file; one that is missing or no Python has none.

    Returns:
        Dotted names such as ``airflow.sdk.task.branch``, and arguments of DAGs, tasks
        and operators such as ``retries``.
    """
    try:
        source = files.text(path)
        key = cache.key(_tool(), source)
        rows = cache.read(project, "symbols", key)
        if rows is None:
            rows = read(source)
            cache.write(project, "symbols", key, rows)
            cache.tidy(project, "symbols")
        symbols, arguments = rows
        return tuple(symbols), tuple(arguments)
    except (DagbookError, SyntaxError, ValueError):
        return (), ()


@lru_cache(maxsize=1)
def _tool() -> str:
    return cache.key(cache.source("site/symbols.py"), sys.version)


def read(source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return symbols and arguments of Python source, as :func:`of_file` does.

    Raises:
        SyntaxError: it is no Python.
    """
    nodes = list(ast.walk(ast.parse(source)))
    names: dict[str, str] = {}
    symbols: set[str] = set()
    for node in nodes:
        for local, dotted, symbol in _imports(node):
            names[local] = dotted
            if symbol:
                symbols.add(dotted)
    arguments: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and (found := _resolve(node, names)):
            symbols.add(found)
        elif isinstance(node, ast.Call):
            arguments |= set(_arguments(node, names))
    return tuple(sorted(symbols)), tuple(sorted(arguments - _USUAL_ARGUMENTS))


def features(symbols: tuple[str, ...], arguments: tuple[str, ...]) -> list[str]:
    """Return what sets a file apart, in short: ``task.branch``, ``retries=``."""
    short = {
        symbol.removeprefix("airflow.sdk.").rpartition("operators.")[2]
        for symbol in symbols
        if symbol not in _USUAL_SYMBOLS
    }
    words = {
        name if name.startswith("task.") else name.rpartition(".")[2] for name in short
    }
    notable = [f"{name}=" for name in arguments if name in _NOTABLE_ARGUMENTS]
    return sorted(words, key=str.lower) + notable


def _imports(node: ast.AST) -> Iterator[tuple[str, str, bool]]:
    """Yield local name, dotted name, and whether it is a symbol and not a module."""
    if isinstance(node, ast.ImportFrom) and not node.level:
        module = node.module or ""
        if module.split(".")[0] == "airflow":
            for alias in node.names:
                dotted = f"{module}.{alias.name}"
                is_symbol = dotted != "airflow.sdk" and alias.name != "*"
                yield alias.asname or alias.name, dotted, is_symbol
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.split(".")[0] == "airflow":
                local = alias.asname or "airflow"
                yield local, alias.name if alias.asname else "airflow", False


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Return the full name that an expression stands for; empty when it is none."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value, names)):
        return f"{base}.{node.attr}"
    return ""


def _resolve(node: ast.Attribute, names: dict[str, str]) -> str:
    """Return the symbol of ``task.branch`` or ``sdk.Asset``; empty for other uses."""
    dotted = _dotted(node, names)
    base = dotted.rpartition(".")[0]
    # A capital after a chain of lower-case words is a class in a module.
    module = base and all(part.islower() for part in base.split("."))
    if base in _NAMESPACES or (module and node.attr[:1].isupper()):
        return dotted
    if base == "airflow.sdk":
        return dotted
    return ""


def _arguments(node: ast.Call, names: dict[str, str]) -> Iterator[str]:
    function = node.func
    dotted = _dotted(function, names)
    override = isinstance(function, ast.Attribute) and function.attr == "override"
    last = dotted.rpartition(".")[2]
    shaped = last.endswith(("Operator", "Sensor")) or last in ("dag", "DAG", "task")
    task_like = dotted.startswith("airflow.sdk.task.") or shaped
    if not (task_like or override):
        return
    for keyword in node.keywords:
        if keyword.arg == "default_args" and isinstance(keyword.value, ast.Dict):
            for key in keyword.value.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value
        elif keyword.arg:
            yield keyword.arg
