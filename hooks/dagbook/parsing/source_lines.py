"""Finds the lines of a DAG file on which its DAGs are defined and wired."""

from __future__ import annotations

import ast
import re

WIRING = "chain chain_linear cross_downstream set_upstream set_downstream".split()


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
    name = ast.unparse(call.func).rsplit(".", 1)[-1]
    return name in WIRING


def dag_lines(tree: ast.Module, dag_id: str) -> list[int]:
    """Return the lines that define the DAG ``dag_id``, as far as the text tells."""
    names = {
        target.id: text
        for node in tree.body
        if isinstance(node, ast.Assign) and (text := _text(node.value, {}))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    lines: list[int] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if re.match(r"(\w+\.)?dag\b", ast.unparse(decorator)) and (
                    node.name == dag_id or _names(decorator, dag_id, names)
                ):
                    lines.append(decorator.lineno)
        elif (
            isinstance(node, ast.Call)
            and re.search(r"(^|\.)DAG$", ast.unparse(node.func))
            and _names(node, dag_id, names)
        ):
            lines.append(node.lineno)
    return sorted(lines)


def _names(call: ast.expr, dag_id: str, names: dict[str, str]) -> bool:
    """Tell whether the first or any named argument of ``call`` is ``dag_id``."""
    if not isinstance(call, ast.Call):
        return False
    arguments = [*call.args[:1], *(keyword.value for keyword in call.keywords)]
    return any(_text(argument, names) == dag_id for argument in arguments)


def _text(node: ast.expr, names: dict[str, str]) -> str:
    """Return the text that an expression is by the constants of its file, else none."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, names)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, names) for part in node.values)
    return ""


def first_dag_line(tree: ast.Module) -> int:
    """Return the line of the first DAG, 1 when there is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.search(
            r"(^|\.)(DAG|dag)$", ast.unparse(node.func)
        ):
            return node.lineno
    return 1
