"""Literals of a DAG file that a reader should not copy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_SECRET = re.compile(r"(?i)passw(or)?d|passphrase|secret|api_?key|private_?key")
_GONE = re.compile(
    r"\{[{%][^}]*?(?<![\w.])((?:(?:dag_run|ti|task_instance)\.)?(next_|prev_)?"
    r"execution_date\w*|(next|prev|tomorrow|yesterday)_ds(_nodash)?)\b"
)


_CONTEXT = re.compile(
    r"((next_|prev_)?execution_date(_success)?|(next|prev|tomorrow|yesterday)_ds(_nodash)?)"
)


def wrong(tree: ast.Module) -> Iterator[tuple[ast.AST, str, str]]:
    """Yield the place, the words and the remedy of each."""
    for node in ast.walk(tree):
        for name, value in _named(node):
            text = str(value.value)
            if _SECRET.search(name) and len(text) > 4 and "{" not in text:
                remedy = "keep it in a connection of Airflow"
                yield value, f"“{name}” is written in clear", remedy
        gone = _CONTEXT.fullmatch(_key(node))
        if gone:
            what = f"a task reads {gone[0]}, which Airflow 3 no longer has"
            yield node, what, "use logical_date, ds or the data interval"
        told = node.value if isinstance(node, ast.Constant) else None
        if isinstance(told, str) and (gone := _GONE.search(told)):
            what = f"a template names {gone[1]}, which Airflow 3 no longer has"
            yield node, what, "use logical_date, ds or the data interval"


def _key(node: ast.AST) -> str:
    """Return the literal by which a node looks something up."""
    key: ast.AST | None = None
    if isinstance(node, ast.Subscript):
        key = node.slice
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get":
        key = node.args[0] if node.args else None
    return key.value if isinstance(key, ast.Constant) and type(key.value) is str else ""


def _named(node: ast.AST) -> Iterator[tuple[str, ast.Constant]]:
    """Yield the name and the text of each literal that a node gives to a name."""
    pairs: list[tuple[object, ast.AST | None]] = []
    if isinstance(node, ast.Assign):
        pairs = [(getattr(target, "id", ""), node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign):
        pairs = [(getattr(node.target, "id", ""), node.value)]
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
        pairs = [(getattr(node.elts[0], "value", ""), node.elts[1])]
    elif isinstance(node, ast.arguments):
        most = [*node.posonlyargs, *node.args]
        given = [*node.defaults, *node.kw_defaults]
        last = [*most[len(most) - len(node.defaults) :], *node.kwonlyargs]
        pairs = [(arg.arg, value) for arg, value in zip(last, given, strict=True)]
    elif isinstance(node, ast.keyword):
        pairs = [(node.arg, node.value)]
    elif isinstance(node, ast.Dict):
        keys = [getattr(key, "value", "") for key in node.keys]
        pairs = list(zip(keys, node.values, strict=True))
    for name, value in pairs:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield str(name), value
