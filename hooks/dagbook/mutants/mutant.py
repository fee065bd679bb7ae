"""One changed copy of an example, and the text edits that make one."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Mutant:
    """An example with one change.

    Args:
        operator: the name of the rule that made it, such as ``trigger-rule``.
        line: the first changed line, counted from 1.
        before: the changed lines, stripped; ``after``: the same as they are now.
        text: the whole changed file.
        of_dag: the rule is about Airflow and not about any Python.
    """

    operator: str
    line: int
    before: str
    after: str
    text: str
    of_dag: bool = False

    @property
    def change(self) -> str:
        """The change in one line, as a report shows it."""
        return f"{self.before}  →  {self.after or '(nothing)'}"


def mutant(operator: str, source: str, text: str) -> Mutant | None:
    """Return ``text`` as a mutant of ``source``; None for the same code or no code."""
    if text == source:
        return None
    try:
        if ast.dump(ast.parse(text)) == _shape(source):
            return None
    except SyntaxError:
        return None
    old, new = source.splitlines(), text.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changed = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    first, last = changed[0], changed[-1]
    return Mutant(
        operator,
        first[1] + 1,
        " ".join(" ".join(old[first[1] : last[2]]).split()),
        " ".join(" ".join(new[first[3] : last[4]]).split()),
        text,
    )


@lru_cache(maxsize=1)
def _shape(source: str) -> str:
    return ast.dump(ast.parse(source))


@dataclass(frozen=True)
class Source:
    """The text of an example with its syntax tree, for edits by position."""

    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; every node knows its ``parent``."""
        tree = ast.parse(self.text)
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined]
        return tree

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [0], 0
        for line in self.text.encode().splitlines(keepends=True):
            at += len(line)
            starts.append(at)
        return starts

    def at(self, line: int, column: int) -> int:
        """Return the byte of a line (from 1) and a column in characters."""
        prefix = self.text.splitlines()[line - 1][:column]
        return self._starts[line - 1] + len(prefix.encode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where ``node`` begins and ends, in bytes of the UTF-8 text."""
        return (
            self._starts[node.lineno - 1] + node.col_offset,  # type: ignore[attr-defined]
            self._starts[node.end_lineno - 1] + node.end_col_offset,  # type: ignore[attr-defined]
        )

    def code(self, node: ast.AST) -> str:
        """Return the text of ``node``."""
        start, end = self.span(node)
        return self.text.encode()[start:end].decode()

    def replace(self, node: ast.AST, code: str) -> str:
        """Return the text with ``code`` in place of ``node``."""
        return self.cut(*self.span(node), code)

    def cut(self, start: int, end: int, code: str = "") -> str:
        """Return the text with ``code`` in place of the bytes ``start`` to ``end``."""
        raw = self.text.encode()
        return (raw[:start] + code.encode() + raw[end:]).decode()

    def drop_keyword(self, keyword: ast.keyword) -> str:
        """Return the text without one keyword argument and its comma."""
        return self._drop(*self.span(keyword))

    def drop_item(self, first: ast.AST, last: ast.AST | None = None) -> str:
        """Return the text without an item of a list, tuple or dict and its comma."""
        return self._drop(self.span(first)[0], self.span(last or first)[1])

    def _drop(self, start: int, end: int) -> str:
        raw = self.text.encode()
        after = end
        while raw[after : after + 1].isspace():
            after += 1
        if raw[after : after + 1] == b",":
            return self.cut(start, after + 1)
        before = start
        while raw[before - 1 : before].isspace():
            before -= 1
        if raw[before - 1 : before] == b",":
            return self.cut(before - 1, end)
        return self.cut(start, end)
