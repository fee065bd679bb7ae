"""Which errors a file raises itself: nobody searches for an example's own words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

ANYTHING = ".*"


@lru_cache(maxsize=512)
def patterns(source: str) -> tuple[tuple[str, str], ...]:
    """Return type and message, as a pattern, of each error that a file raises.

    Args:
        source: Python; what is none raises nothing.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()
    return tuple(_raised(tree))


def own(source: str, kind: str, message: str) -> bool:
    """Tell whether ``source`` raises an error of this type with this message."""
    return any(
        kind == one and re.fullmatch(words, message, re.S)
        for one, words in patterns(source)
    )


def _raised(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func).rpartition(".")[2]
            first = node.exc.args[0] if node.exc.args else None
            yield name, _pattern(first)


def _pattern(message: ast.expr | None) -> str:
    if isinstance(message, ast.Constant):
        return re.escape(str(message.value))
    if isinstance(message, ast.JoinedStr):
        return "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else ANYTHING
            for part in message.values
        )
    return ANYTHING  # put together elsewhere in the file
