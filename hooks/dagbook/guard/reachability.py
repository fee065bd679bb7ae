"""Which code of a DAG file runs in a task, and which while the file is parsed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dagbook.guard.names import (
    Function,
    Names,
    Scope,
    constant,
    for_types_only,
    guarded,
    walk,
)

_TASK = re.compile(
    r"(^|\.)(task|setup|teardown)(\(\))?(\.\w+)*(\(\))*$|(^|\.)asset(\.multi)?(\(\))?$"
)
_FACTORY = re.compile(r"(^|\.)(dag|task_group)(\(\))?$")
_ELSEWHERE = re.compile(
    r"(^|\.)(virtualenv|external_python|branch_virtualenv|branch_external_python"
    r"|docker|kubernetes|pyspark)(\(\))?$"
    r"|(^|\.)(Branch)?(PythonVirtualenv|ExternalPython)Operator$"
)
"""What runs a function with other distributions than Airflow's."""
_CALLBACK_KEYS = re.compile(
    r"python_callable|on_\w+_callback|\w*_callback|callback|execute|pre_execute"
    r"|post_execute|user_defined_macros|user_defined_filters|condition|poke"
)
_CALLBACK_CALLS = re.compile(
    r"(^|\.)(SyncCallback|AsyncCallback|run_if|skip_if|DeadlineAlert)$|\.(map|filter)$"
)
FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


class Reach:
    """Sorts the code of a file by where it runs."""

    def __init__(self, tree: ast.Module, names: Names) -> None:
        self.names = names
        self.body = [node for node in tree.body if not self._never_runs(node)]

    def _never_runs(self, node: ast.AST) -> bool:
        return isinstance(node, ast.stmt) and (
            guarded(node) or for_types_only(node, self.names)
        )

    def is_task(self, node: ast.AST) -> bool:
        """Tell whether a decorator makes the function ``node`` the body of a task."""
        return self._decorated(node, _TASK)

    def is_factory(self, node: ast.AST) -> bool:
        """Tell whether ``node`` is decorated by ``@dag`` or ``@task_group``."""
        return self._decorated(node, _FACTORY)

    def elsewhere(self) -> Iterator[ast.AST]:
        """Yield functions that run in a Python with distributions of its own."""
        for statement in self.body:
            for node in walk(statement):
                if self._decorated(node, _ELSEWHERE):
                    yield node
                elif isinstance(node, ast.Call) and _ELSEWHERE.search(
                    self.names.dotted(node.func)
                ):
                    for keyword in node.keywords:
                        if keyword.arg == "python_callable":
                            yield from self._mentioned(keyword.value)

    def _decorated(self, node: ast.AST, pattern: re.Pattern[str]) -> bool:
        return isinstance(node, Function) and any(
            self._decorates(decorator, pattern) for decorator in node.decorator_list
        )

    def _decorates(self, decorator: ast.expr, pattern: re.Pattern[str]) -> bool:
        path = self.names.dotted(decorator)
        if path:
            return path.startswith("airflow.") and bool(pattern.search(path))
        # A decorator of an object, such as `@dag.task` or `@load.override`.
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        return isinstance(func, ast.Attribute) and bool(
            pattern.search("." + ast.unparse(func))
        )

    def in_tasks(self) -> list[ast.AST]:
        """Return functions, lambdas and classes whose code runs in a task.

        Begins with decorated functions, callables of operators, callbacks, methods of
        classes from Airflow; follows every name that they mention.
        """
        seen: dict[int, ast.AST] = {}  # an expression may mention itself by its name
        waiting = list(self._roots())
        while waiting:
            node = waiting.pop()
            if id(node) in seen or self.is_factory(node):
                continue
            seen[id(node)] = node
            waiting.extend(self._mentioned(node))
        code = (*Function, ast.Lambda, ast.ClassDef)
        reached = [node for node in seen.values() if isinstance(node, code)]
        return sorted(reached, key=lambda node: getattr(node, "lineno", 0))

    def _roots(self) -> Iterator[ast.AST]:
        for statement in self.body:
            for node in walk(statement):
                if self.is_task(node) or self._from_airflow(node):
                    yield node
                elif isinstance(node, ast.Call):
                    yield from self._callables(node)
                elif isinstance(node, ast.Dict):
                    for key, value in zip(node.keys, node.values, strict=True):
                        if _CALLBACK_KEYS.fullmatch(constant(key) or ""):
                            yield value

    def _callables(self, call: ast.Call) -> Iterator[ast.AST]:
        path = self.names.dotted(call.func) or ast.unparse(call.func)
        if _CALLBACK_CALLS.search(path):
            yield from call.args
        for keyword in call.keywords:
            if _CALLBACK_KEYS.fullmatch(keyword.arg or ""):
                yield keyword.value

    def _from_airflow(self, node: ast.AST, depth: int = 0) -> bool:
        if not isinstance(node, ast.ClassDef):
            return False
        for base in node.bases:
            if self.names.dotted(base).startswith("airflow."):
                return True
            if isinstance(base, ast.Name) and depth < 10:
                for target, _ in self.names.targets(base):
                    if self._from_airflow(target, depth + 1):
                        return True
        return False

    def _mentioned(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what the names in ``node`` stand for, and lambdas in it."""
        for child in walk(node):
            if isinstance(child, ast.Lambda):
                yield child
            elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
                for target, scope in self.names.targets(child):
                    if isinstance(target, ast.expr) and not self.shared(scope):
                        continue  # a local of this code: walked with it anyway
                    yield target

    def shared(self, scope: Scope) -> bool:
        """Tell whether ``scope`` is the module or the body of a DAG or task group."""
        return scope.parent is None or self.is_factory(scope.node)

    def while_parsing(self) -> Iterator[ast.AST]:
        """Yield each expression and statement that runs when the file is parsed."""
        self._seen: set[int] = set()
        for statement in self.body:
            yield from self._parsed(statement)

    def _parsed(self, node: ast.AST) -> Iterator[ast.AST]:
        if self._never_runs(node):
            return
        if isinstance(node, Function):
            for part in (*node.decorator_list, *_defaults(node.args)):
                yield from self._parsed(part)
            for decorator in node.decorator_list:
                yield from self._called(decorator)
            if self.is_factory(node):
                yield from self._run(node)
            return
        if isinstance(node, ast.Lambda):
            return
        yield node
        if isinstance(node, ast.Call):
            yield from self._called(node.func)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self._parsed(child)

    def _called(self, func: ast.AST) -> Iterator[ast.AST]:
        if not isinstance(func, ast.Name):
            return
        for target, _ in self.names.targets(func):
            if isinstance(target, ast.ClassDef):
                for method in target.body:
                    if isinstance(method, Function) and method.name in (
                        "__init__",
                        "__post_init__",
                    ):
                        yield from self._run(method)
            elif isinstance(target, Function) and not self.is_task(target):
                yield from self._run(target)

    def _run(self, function: FunctionDef) -> Iterator[ast.AST]:
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        for statement in function.body:
            yield from self._parsed(statement)


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(d for d in args.kw_defaults if d is not None)]
