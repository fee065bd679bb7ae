"""Operators for DAGs: the lines that make Airflow behave as the page says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dagbook.mutants.mutant import Mutant, Source, mutant
from dagbook.mutants.quiet_code import quiet

# Arguments whose absence changes what a run does, by the operator that drops them.
DROPPED = {
    "retry": "retries retry_policy retry_exponential_backoff max_retry_delay",
    "timeout": "execution_timeout dagrun_timeout timeout response_timeout",
    "capacity": (
        "pool pool_slots max_active_runs max_active_tasks max_active_tis_per_dag "
        "max_active_tis_per_dagrun max_consecutive_failed_dag_runs priority_weight "
        "weight_rule"
    ),
    "dependency": "depends_on_past wait_for_downstream trigger_rule fail_fast",
    "asset": "outlets inlets",
    "callback": "on_failure_callback on_success_callback on_retry_callback",
    "deadline": "deadline",
    "trigger": (
        "trigger_run_id reset_dag_run skip_when_already_exists wait_for_completion "
        "deferrable allowed_states failed_states fail_when_dag_is_paused run_after "
        "conf note allowed_run_types"
    ),
    "sensor": "soft_fail mode poke_interval",
    "teardown": "on_failure_fail_dagrun setups",
    "rendering": "render_template_as_native_obj map_index_template multiple_outputs",
    "pause": "is_paused_upon_creation",
}
ARGUMENTS = {word: kind for kind, words in DROPPED.items() for word in words.split()}
SCHEMA = {
    *"type enum minimum maximum exclusiveMinimum exclusiveMaximum".split(),
    *"minLength maxLength pattern format const".split(),
    *"minItems maxItems items uniqueItems properties required".split(),
}
FINAL = {"AirflowFailException", "AirflowSkipException"}
RETRYABLE = "RuntimeError"
FINAL_ANYWHERE = (
    "__import__('airflow.sdk.exceptions', fromlist=['x']).AirflowFailException"
)


def dag_mutants(source: Source, spans: list[tuple[int, int]]) -> Iterator[Mutant]:
    """Yield the mutants that only a DAG can have, outside the quiet ``spans``."""
    for node in ast.walk(source.tree):
        if hasattr(node, "lineno") and quiet(source, node, spans):
            continue
        for name, text in _mutations(source, node):
            if made := mutant(name, source.text, text):
                yield made


def _mutations(source: Source, node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.BinOp):
        yield from _edge(source, node)
    elif isinstance(node, ast.Call):
        yield from _call(source, node)
    elif isinstance(node, ast.Dict):
        yield from _default_args(source, node)
    elif isinstance(node, ast.FunctionDef):
        yield from _branch(source, node)
        yield from _decorators(source, node)
    elif isinstance(node, ast.Raise):
        yield from _exception(source, node)


def _edge(source: Source, node: ast.BinOp) -> Iterator[tuple[str, str]]:
    if not isinstance(node.op, (ast.RShift, ast.LShift)):
        return
    if not isinstance(_statement_of(node), ast.Expr):
        return
    left, right = source.span(node.left)[1], source.span(node.right)[0]
    arrow = ">>" if isinstance(node.op, ast.RShift) else "<<"
    between = source.text.encode()[left:right].decode()
    other = "<<" if arrow == ">>" else ">>"
    yield "edge-dropped", source.cut(left, right, between.replace(arrow, ","))
    yield "edge-reversed", source.cut(left, right, between.replace(arrow, other))


def _is_default(keyword: ast.keyword) -> bool:
    """Tell whether Airflow does the same without the argument."""
    value = keyword.value
    paused = keyword.arg == "is_paused_upon_creation"
    return paused and isinstance(value, ast.Constant) and value.value is True


def _call(source: Source, call: ast.Call) -> Iterator[tuple[str, str]]:
    name = ast.unparse(call.func).split(".")[-1]
    for keyword in call.keywords:
        if keyword.arg in ARGUMENTS and not _is_default(keyword):
            yield f"{ARGUMENTS[keyword.arg]}-dropped", source.drop_keyword(keyword)
        if keyword.arg == "trigger_rule":
            yield from _rule(source, keyword.value)
        if keyword.arg == "schedule":
            yield from _schedule(source, keyword.value)
        fixed = isinstance(keyword.value, ast.Constant)
        if keyword.arg in ("timezone", "tz") and fixed:
            other = "UTC" if ast.unparse(keyword.value) != "'UTC'" else "Asia/Tokyo"
            yield "timezone", source.replace(keyword.value, repr(other))
        if name == "Param" and keyword.arg in SCHEMA:
            yield "schema", source.drop_keyword(keyword)
    if name in ("expand", "expand_kwargs"):
        yield from _mapped(source, call)
    if name == "chain" and isinstance(getattr(call, "parent", None), ast.Expr):
        yield "edge-dropped", source.replace(call, "None")
        backwards = ", ".join(source.code(a) for a in reversed(call.args))
        yield "edge-reversed", source.replace(call, f"chain({backwards})")
    if name == "as_teardown" and isinstance(call.func, ast.Attribute):
        yield "teardown-dropped", source.replace(call, source.code(call.func.value))


def _rule(source: Source, value: ast.expr) -> Iterator[tuple[str, str]]:
    now = ast.unparse(value).strip("'\"").split(".")[-1].lower()
    for other in ("all_success", "all_done"):
        if other != now:
            yield "trigger-rule", source.replace(value, repr(other))


def _schedule(source: Source, value: ast.expr) -> Iterator[tuple[str, str]]:
    nothing = isinstance(value, ast.Constant) and value.value is None
    yield "schedule", source.replace(value, "'@daily'" if nothing else "None")


def _mapped(source: Source, call: ast.Call) -> Iterator[tuple[str, str]]:
    values = [k.value for k in call.keywords if k.arg] + list(call.args)
    for value in values:
        items = _literal(source, value)
        if items is not None and len(items.elts) > 1:
            yield "mapped-element", source.drop_item(items.elts[-1])


def _literal(source: Source, value: ast.expr) -> ast.List | ast.Tuple | None:
    """Return the list that ``value`` is, or that the name ``value`` stands for."""
    if isinstance(value, (ast.List, ast.Tuple)):
        return value
    if isinstance(value, ast.Name):
        for node in source.tree.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and node.targets[0].id == value.id
                and isinstance(node.value, (ast.List, ast.Tuple))
            ):
                return node.value
    return None


def _default_args(source: Source, node: ast.Dict) -> Iterator[tuple[str, str]]:
    parent = getattr(node, "parent", None)
    if not (isinstance(parent, ast.keyword) and parent.arg == "default_args"):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value in ARGUMENTS:
            kind = ARGUMENTS[str(key.value)]
            yield f"{kind}-dropped", source.drop_item(key, value)


def _branch(source: Source, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Swap the two targets of a branching task."""
    if not any("branch" in ast.unparse(d) for d in function.decorator_list):
        return
    texts = [
        node
        for statement in function.body
        for part in ast.walk(statement)
        if isinstance(part, ast.Return) and part.value is not None
        for node in ast.walk(part.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    different = {node.value: node for node in reversed(texts)}
    if len(different) >= 2:
        first, second = sorted(different.values(), key=source.span)[:2]
        # The second first: it stands behind, so that the place of the other holds.
        text = Source(source.replace(second, source.code(first)))
        swapped = text.cut(*source.span(first), source.code(second))
        yield "branch-swapped", swapped


def _decorators(source: Source, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for decorator in function.decorator_list:
        name = ast.unparse(decorator).split("(")[0]
        if name in ("teardown", "setup"):
            yield f"{name}-dropped", source.replace(decorator, "task")
        if name in ("task.run_if", "task.skip_if"):
            start, end = source.span(decorator)
            at = source.text.encode().rindex(b"@", 0, start)
            yield "condition-dropped", source.cut(at, end, "")


def _exception(source: Source, node: ast.Raise) -> Iterator[tuple[str, str]]:
    func = node.exc.func if isinstance(node.exc, ast.Call) else None
    if not isinstance(func, (ast.Name, ast.Attribute)):
        return
    final = ast.unparse(func).split(".")[-1] in FINAL
    other = RETRYABLE if final else FINAL_ANYWHERE
    yield "exception-class", source.replace(func, other)


def _statement_of(node: ast.AST) -> ast.AST | None:
    while node is not None and not isinstance(node, ast.stmt):
        node = getattr(node, "parent", None)  # type: ignore[assignment]
    return node
