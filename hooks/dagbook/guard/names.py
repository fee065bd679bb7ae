"""What a name in a DAG file stands for: imports, aliases and definitions, by scope."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

Function = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*Function, ast.Lambda, ast.ClassDef)
_DEPTH = 12
"""Aliases followed before giving up: an alias may name itself."""


@dataclass
class Scope:
    """The names that one module, class, function or lambda binds.

    ``imports``: name → dotted path; ``defs``: name → function, class, or expressions
    assigned to it; ``local``: bound in any other way, such as parameters.
    """

    node: ast.AST
    parent: Scope | None
    imports: dict[str, str] = field(default_factory=dict)
    defs: dict[str, list[ast.AST]] = field(default_factory=dict)
    local: set[str] = field(default_factory=set)


class Names:
    """Answers what names and attribute chains of a parsed file stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.module = Scope(tree, None)
        self._scopes: dict[int, Scope] = {}
        self._enter(tree, self.module)

    def scope(self, node: ast.AST) -> Scope:
        """Return the scope in which ``node`` is evaluated."""
        return self._scopes.get(id(node), self.module)

    def find(self, name: str, scope: Scope) -> tuple[Scope, str] | None:
        """Return the scope that binds ``name`` as seen from ``scope``, and how.

        The second part is ``import``, ``def`` or ``local``.
        """
        here: Scope | None = scope
        while here is not None:
            if here is scope or not isinstance(here.node, ast.ClassDef):
                for kind in ("defs", "imports", "local"):
                    if name in getattr(here, kind):
                        return here, kind.removesuffix("s")
            here = here.parent
        return None

    def targets(self, name: ast.Name) -> list[tuple[ast.AST, Scope]]:
        """Return what the file defines under ``name``, each with its scope."""
        found = self.find(name.id, self.scope(name))
        if not found or found[1] != "def":
            return []
        return [(node, found[0]) for node in found[0].defs[name.id]]

    def dotted(self, node: ast.AST, depth: int = 0) -> str:
        """Return the path that ``node`` stands for, ``""`` if it cannot be told.

        ``m.DagRun`` after ``import airflow.models as m`` gives
        ``airflow.models.DagRun``; a call adds ``()``; a builtin is ``builtins.open``.
        """
        if depth > _DEPTH:
            return ""
        if isinstance(node, ast.Name):
            return self._name(node, depth)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value, depth + 1)
            return f"{base}.{node.attr}" if base else ""
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Subscript):
            base = self.dotted(node.value, depth + 1)
            key = constant(node.slice)
            return key if base == "sys.modules" and key else ""
        if isinstance(node, ast.NamedExpr):
            return self.dotted(node.value, depth + 1)
        return ""

    def _name(self, node: ast.Name, depth: int) -> str:
        found = self.find(node.id, self.scope(node))
        if found is None:
            return f"builtins.{node.id}" if hasattr(builtins, node.id) else ""
        scope, kind = found
        if kind == "import":
            return scope.imports[node.id]
        if kind == "def":
            for target in scope.defs[node.id]:
                if isinstance(target, ast.expr) and (
                    path := self.dotted(target, depth + 1)
                ):
                    return path
        return ""

    def _call(self, node: ast.Call, depth: int) -> str:
        called = self.dotted(node.func, depth + 1)
        first = constant(node.args[0]) if node.args else None
        if called in ("importlib.import_module", "builtins.__import__") and first:
            return first.partition(".")[0] if called.endswith("__import__") else first
        if called == "builtins.getattr" and len(node.args) > 1:
            base, name = self.dotted(node.args[0], depth + 1), constant(node.args[1])
            return f"{base}.{name}" if base and name else ""
        return f"{called}()" if called else ""

    def _enter(self, node: ast.AST, scope: Scope) -> None:
        """Register every node below ``node``, opening scopes where Python does."""
        own, inner = scope, set()
        if isinstance(node, _SCOPES):
            # Decorators, defaults and bases belong outside; the body belongs inside.
            own = Scope(node, scope)
            body = getattr(node, "body", [])
            inner = {id(one) for one in (body if isinstance(body, list) else [body])}
        if isinstance(node, (*Function, ast.Lambda)):
            args = node.args
            every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
            every += [a for a in (args.vararg, args.kwarg) if a]
            own.local.update(arg.arg for arg in every)
        for child in ast.iter_child_nodes(node):
            here = own if id(child) in inner else scope
            self._scopes[id(child)] = here
            self._bind(child, here)
            self._enter(child, here)

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                scope.imports[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                path = f"{'.' * node.level}{node.module or ''}.{alias.name}"
                scope.imports[alias.asname or alias.name] = path
        elif isinstance(node, (*Function, ast.ClassDef)):
            scope.defs.setdefault(node.name, []).append(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and node.value is not None:
                    scope.defs.setdefault(target.id, []).append(node.value)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    name = item.optional_vars.id
                    scope.defs.setdefault(name, []).append(item.context_expr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            scope.local.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            scope.local.add(node.name)


def constant(node: ast.AST | None) -> str | None:
    """Return the text of a string literal, else ``None``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def guarded(node: ast.stmt) -> bool:
    """Tell whether ``node`` is ``if __name__ == "__main__":``."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    return (
        len(sides) == 2
        and any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
        and any(constant(side) == "__main__" for side in sides)
    )


def for_types_only(node: ast.stmt, names: Names) -> bool:
    """Tell whether ``node`` is ``if TYPE_CHECKING:``."""
    path = names.dotted(node.test) if isinstance(node, ast.If) else ""
    return path.endswith("typing.TYPE_CHECKING")


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield ``node`` and all below it but annotations, which nothing executes."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from walk(child)
