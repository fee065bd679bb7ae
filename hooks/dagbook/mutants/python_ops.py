"""Operators for Python: those of Cosmic Ray that are worth a test, and our own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from dagbook.mutants.mutant import Mutant, Source, mutant
from dagbook.mutants.quiet_code import is_log_call, quiet

COSMIC = {
    "comparison": [
        f"ReplaceComparisonOperator_{pair}"
        for pair in (
            "Eq_NotEq NotEq_Eq Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt "
            "Is_IsNot IsNot_Is"
        ).split()
    ],
    "arithmetic": [
        f"ReplaceBinaryOperator_{pair}"
        for pair in (
            "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Mul Pow_Mul BitAnd_BitOr"
        ).split()
    ],
    "unary": ["ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not"],
    "constant": ["NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"],
    "boolean": ["ReplaceAndWithOr", "ReplaceOrWithAnd"],
    "loop": ["ReplaceBreakWithContinue", "ReplaceContinueWithBreak"],
}


def python_mutants(source: Source, spans: list[tuple[int, int]]) -> Iterator[Mutant]:
    """Yield the mutants of general Python, outside the quiet ``spans``."""
    yield from _cosmic(source, spans)
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.stmt) or quiet(source, node, spans):
            continue
        for name, text in _statement(source, node):
            if made := mutant(name, source.text, text):
                yield made


def _cosmic(source: Source, spans: list[tuple[int, int]]) -> Iterator[Mutant]:
    nodes = list(ast_nodes(get_ast(source.text)))
    for kind, names in COSMIC.items():
        for name in names:
            operator = get_operator(f"core/{name}")()
            count = 0
            for node in nodes:
                for index, (start, _) in enumerate(operator.mutation_positions(node)):
                    at = source.at(*start)
                    # NumberReplacer offers one more and one less: one of them will do.
                    if index == 0 and not any(a <= at < b for a, b in spans):
                        text = mutate_code(source.text, operator, count)
                        if text and (made := mutant(kind, source.text, text)):
                            yield made
                    count += 1


def _statement(source: Source, node: ast.stmt) -> Iterator[tuple[str, str]]:
    inside = _function_around(node)
    if inside is None:
        return
    if isinstance(node, ast.Return) and node.value is not None:
        returns_none = isinstance(node.value, ast.Constant) and node.value.value is None
        if not returns_none and not _makes_dag(inside):
            yield "return-none", source.replace(node, "return None")
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if not is_log_call(node.value):
            yield "removed-statement", source.replace(node, "pass")
    elif isinstance(node, (ast.AugAssign, ast.Delete)) or (
        isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
    ):
        yield "removed-statement", source.replace(node, "pass")
    elif isinstance(node, ast.If) and not node.orelse and _leaves(node.body):
        kind = "guard" if isinstance(node.body[-1], ast.Raise) else "statement"
        yield f"removed-{kind}", source.replace(node, "pass")


def _leaves(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))


def _function_around(node: ast.AST) -> ast.FunctionDef | None:
    parent = getattr(node, "parent", None)
    while parent is not None and not isinstance(parent, ast.FunctionDef):
        parent = getattr(parent, "parent", None)
    return parent


def _makes_dag(function: ast.FunctionDef) -> bool:
    return any(
        ast.unparse(d).split("(")[0] in ("dag", "task_group")
        for d in function.decorator_list
    )
