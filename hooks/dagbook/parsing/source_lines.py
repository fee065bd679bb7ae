"""Finds the lines of a DAG file on which its DAGs are defined and wired."""

from __future__ import annotations

import ast
import re


def wiring_line(tree: ast.Module, task_id: str) -> int:
    """Return the last line that wires ``task_id``; wiring comes after the tasks."""
    name = re.sub(r"__\d+$", "", task_id.rsplit(".", 1)[-1])
    names = {name}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            call = ast.unparse(node.value)
            if f"'{name}'" in call or call.startswith(f"{name}("):
                targets = [n for t in node.targets for n in ast.walk(t)]
                names |= {n.id for n in targets if isinstance(n, ast.Name)}
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and (
            isinstance(node.value, ast.BinOp)
            or (isinstance(node.value, ast.Call) and _wires(node.value))
        )
        and names & {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    ]
    return max(lines, default=0)


def _wires(call: ast.Call) -> bool:
    text = ast.unparse(call.func)
    return text.rsplit(".", 1)[-1] in (
        "chain",
        "chain_linear",
        "cross_downstream",
        "set_upstream",
        "set_downstream",
    )


def dag_lines(tree: ast.Module, dag_id: str) -> list[int]:
    """Return the lines that define the DAG ``dag_id``, as far as the text tells."""
    lines: list[int] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if re.match(r"(\w+\.)?dag\b", text) and (
                    repr(dag_id) in text or node.name == dag_id
                ):
                    lines.append(decorator.lineno)
        elif isinstance(node, ast.Call) and re.search(
            r"(^|\.)DAG$", ast.unparse(node.func)
        ):
            first = [*node.args[:1], *(k.value for k in node.keywords)]
            if any(isinstance(a, ast.Constant) and a.value == dag_id for a in first):
                lines.append(node.lineno)
    return sorted(lines)


def first_dag_line(tree: ast.Module) -> int:
    """Return the line of the first DAG, 1 when there is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.search(
            r"(^|\.)(DAG|dag)$", ast.unparse(node.func)
        ):
            return node.lineno
    return 1
