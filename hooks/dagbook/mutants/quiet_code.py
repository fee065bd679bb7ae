"""Which places of an example are not mutated: those that no test could notice."""

from __future__ import annotations

import ast

from dagbook.mutants.mutant import Source

LOGGERS = {"log", "logger", "logging"}
QUIET_KEYWORDS = {"doc_md", "doc", "tags", "description", "owner", "owner_links"}


def quiet_spans(source: Source) -> list[tuple[int, int]]:
    """Return the byte ranges of ``source`` that stay as they are."""
    spans = []
    for node in ast.walk(source.tree):
        spans += [source.span(n) for n in _quiet(node)]
    spans += [source.span(n) for n in _only_start_dates(source.tree)]
    return spans


def quiet(source: Source, node: ast.AST, spans: list[tuple[int, int]]) -> bool:
    """Tell whether ``node`` lies in one of ``spans``."""
    start, end = source.span(node)
    return any(a <= start and end <= b for a, b in spans)


def is_log_call(node: ast.AST) -> bool:
    """Tell whether ``node`` is a call of a logger."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in LOGGERS
    )


def _quiet(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            found.append(first)
    if isinstance(node, (ast.Import, ast.ImportFrom)) or is_log_call(node):
        found.append(node)
    if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
        found.append(node)
    found += [value for word, value in _words(node).items() if word in QUIET_KEYWORDS]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns:
        found.append(node.returns)
    if isinstance(node, ast.arg) and node.annotation:
        found.append(node.annotation)
    if isinstance(node, ast.AnnAssign):
        found.append(node.annotation)
    # Without a schedule nothing happens at a start date: any past one will do.
    words = _words(node)
    schedule = words.get("schedule")
    if isinstance(schedule, ast.Constant) and schedule.value is None:
        found += [words[k] for k in ("start_date", "catchup") if k in words]
    return found


def _words(node: ast.AST) -> dict[str | None, ast.expr]:
    """Return the keyword arguments of a call, or the items of a dict of such."""
    if isinstance(node, ast.Call):
        return {k.arg: k.value for k in node.keywords}
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {str(k.value): v for k, v in pairs if isinstance(k, ast.Constant)}
    return {}


def _only_start_dates(tree: ast.Module) -> list[ast.AST]:
    """Return constants of the module that only serve as quiet start dates."""
    uses: dict[str, list[bool]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            uses.setdefault(node.id, []).append(_is_quiet_start_date(node))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and all(uses.get(node.targets[0].id, [False]))
    ]


def _is_quiet_start_date(name: ast.Name) -> bool:
    keyword = getattr(name, "parent", None)
    call = getattr(keyword, "parent", None)
    if not isinstance(keyword, ast.keyword) or not isinstance(call, ast.Call):
        return False
    return keyword.arg == "start_date" and any(
        k.arg == "schedule"
        and isinstance(k.value, ast.Constant)
        and k.value.value is None
        for k in call.keywords
    )
