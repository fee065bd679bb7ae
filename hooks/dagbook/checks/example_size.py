"""Budgets of an example's DAG file and test module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import DagFile, Tree
from dagbook.examples.example import Example
from dagbook.pages.snippets import unmarked
from dagbook.problems import Problem

DAG_LINES, DAGS, HELPERS, CALLBACKS = 100, 2, 2, 2
TEST_LINES, TESTS = 180, (3, 10)

_CLASSES = re.compile(
    r"operator|sensor|timetable|trigger|notifier|policy|plugin|listener"
)
"""What an item may be about so that its file may define one."""


@rule("dag", budget="lines")
def lines(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a DAG file of more than 100 lines; marks of sections do not count."""
    rows = unmarked(_text(file)).splitlines()
    if len(rows) > DAG_LINES:
        what = f"has {len(rows)} lines, {DAG_LINES} are allowed"
        yield Problem(file.name, DAG_LINES + 1, what, "keep what the lesson needs")


@rule("dag", budget="dags")
def dags(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse more than two DAGs in a file."""
    if (number := len(file.parsed.dags)) > DAGS:
        what = f"has {number} DAGs, {DAGS} are allowed"
        yield Problem(file.name, 0, what, "compare two, or make another example")


@rule("dag", budget="helpers")
def helpers(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse more than two helper functions; two callbacks do not count."""
    module = _module(_text(file))
    called = {
        node.id
        for call in ast.walk(module)
        if isinstance(call, ast.keyword) and (call.arg or "").endswith("_callback")
        for node in ast.walk(call.value)
        if isinstance(node, ast.Name)
    }
    own = [
        node
        for node in module.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and not node.decorator_list
    ]
    callbacks = [node for node in own if node.name in called]
    counted = [node for node in own if node not in callbacks[:CALLBACKS]]
    if len(counted) > HELPERS:
        what = f"has {len(counted)} helper functions, {HELPERS} are allowed"
        remedy = "do in the task what only one task needs"
        yield Problem(file.name, counted[HELPERS].lineno, what, remedy)


@rule("dag", budget="class")
def classes(file: DagFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a class, unless the checklist asks for one such as an operator."""
    item = file.example.item if file.example else None
    asked = [item.title, *(b.text for b in item.bullets)] if item else []
    kinds = set(_CLASSES.findall(" ".join(asked).lower()))
    for node in _module(_text(file)).body:
        if isinstance(node, ast.ClassDef):
            bases = " ".join(ast.unparse(base) for base in node.bases).lower()
            if not any(kind in bases for kind in kinds):
                what = f"defines the class {node.name}"
                yield Problem(file.name, node.lineno, what, "use functions")


@rule("example", budget="test")
def test(example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a test module of more than 180 lines, or without 3 to 10 tests."""
    path = example.paths.test
    if not path.is_file():
        return
    name, (low, high) = tree.project.relative(path), TESTS
    rows = unmarked(example.test).splitlines()
    if len(rows) > TEST_LINES:
        what = f"has {len(rows)} lines, {TEST_LINES} are allowed"
        yield Problem(name, TEST_LINES + 1, what, "test the lesson, and no more")
    tests = [
        node.lineno
        for node in _module(example.test).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    if not low <= len(tests) <= high:
        what = f"has {len(tests)} tests, {low} to {high} are allowed"
        line = tests[high] if len(tests) > high else 0
        yield Problem(name, line, what, "one for each edge and each error")


test.__test__ = False  # type: ignore[attr-defined]  # not a test


def _text(file: DagFile) -> str:
    return files.text(file.path)


def _module(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):  # who parses the file says so
        return ast.parse("")
