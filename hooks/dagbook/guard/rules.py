"""The rules on the text of one DAG file, each as a method that yields problems."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dagbook.guard import imports, parse_time, texts
from dagbook.guard.names import Function, Names, constant, for_types_only, guarded, walk
from dagbook.guard.reachability import Reach
from dagbook.problems import Problem

COLUMNS = 88
_OPTION = re.compile(r"(AIRFLOW__\w+__)?sql_alchemy_conn\w*", re.IGNORECASE)
ASK_AIRFLOW = "a worker has no database: ask the Task SDK or /api/v2"


class File:
    """A DAG file and what its names stand for."""

    def __init__(
        self,
        name: str,
        text: str,
        tree: ast.Module,
        requires: tuple[str, ...],
        plugins: frozenset[str],
    ) -> None:
        self.name, self.text, self.tree = name, text, tree
        self.requires, self.plugins = requires, plugins
        self.names = Names(tree)
        self.reach = Reach(tree, self.names)

    def problem(self, node: ast.AST | int, what: str, remedy: str) -> Problem:
        """Return a problem at the line of a node, or at a line."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 0)
        return Problem(self.name, line, what, remedy)

    def style(self) -> Iterator[Problem]:
        """Yield long lines and a missing docstring."""
        if not (ast.get_docstring(self.tree) or "").strip():
            what = "has no module docstring"
            yield self.problem(1, what, "say in 2 to 5 lines what the file shows")
        for number, line in enumerate(self.text.splitlines(), 1):
            if len(line) > COLUMNS:
                what = f"line of {len(line)} characters"
                yield self.problem(number, what, f"at most {COLUMNS}")

    def main_block(self) -> Iterator[Problem]:
        """Yield what is wrong with the ``__main__`` block."""
        blocks = [n for n in self.tree.body if guarded(n)]
        if not blocks:
            what = 'has no `if __name__ == "__main__":`'
            remedy = "end the file with it and one call of dag.test(...)"
            yield self.problem(self.text.count("\n"), what, remedy)
            return
        calls = [
            node
            for block in blocks
            for node in ast.walk(block)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "test"
        ]
        if len(calls) != 1:
            what = f"the __main__ block calls .test( {len(calls) or 'not once'}"
            what += " times" if calls else ""
            remedy = "call dag.test(...) exactly once, so that the file runs by itself"
            yield self.problem(blocks[0], what, remedy)

    def imports(self) -> Iterator[Problem]:
        """Yield imports that are gone, internal or not brought along."""
        types = {
            id(inner)
            for node in walk(self.tree)
            if isinstance(node, ast.If) and for_types_only(node, self.names)
            for inner in walk(node)
        }
        elsewhere = {id(inner) for f in self.reach.elsewhere() for inner in walk(f)}
        for statement in self.tree.body:
            main = guarded(statement)
            for node in walk(statement):
                for path in _imported(node) if id(node) not in types else ():
                    free = main or id(node) in elsewhere
                    yield from self._import(node, path, free)

    def _import(self, node: ast.AST, path: str, free: bool) -> Iterator[Problem]:
        if path.startswith("."):
            what = f"imports {path}, a file that a copy does not have"
            yield self.problem(node, what, "keep the example in one file")
        elif new := imports.replacement(path):
            what = f"imports {path}, an Airflow 2 path"
            yield self.problem(node, what, f"import {new}")
        elif free or imports.allowed(path, self.requires, self.plugins):
            return
        elif imports.database(path) or imports.internal(path):
            if self.names.scope(node) is not self.names.module:
                return  # judged by what the function does with it
            what = f"imports {path}, an internal part of Airflow"
            remedy = "use airflow.sdk, or import it in the __main__ block or the test"
            yield self.problem(node, what, remedy)
        else:
            what = f"imports {path}, which Airflow does not bring along"
            remedy = (
                "use the standard library, or declare it as `requires:` on the page"
            )
            yield self.problem(node, what, remedy)

    def dags(self) -> Iterator[Problem]:
        """Yield DAGs that leave schedule, start_date or catchup to a default."""
        for statement in self.reach.body:
            for node in walk(statement):
                if isinstance(node, ast.Call) and self._is_dag(node.func):
                    yield from self._dag(node)
                bare = node.decorator_list if isinstance(node, Function) else ()
                for decorator in bare:
                    if not isinstance(decorator, ast.Call) and self._is_dag(decorator):
                        what = "the DAG has no schedule, start_date and catchup"
                        remedy = "write @dag(schedule=…, start_date=…, catchup=…)"
                        yield self.problem(decorator, what, remedy)

    def _is_dag(self, func: ast.expr) -> bool:
        path = self.names.dotted(func)
        return path.startswith("airflow.") and path.rsplit(".", 1)[-1] in ("DAG", "dag")

    def _dag(self, call: ast.Call) -> Iterator[Problem]:
        given: set[str] = set()
        for keyword in call.keywords:
            if keyword.arg:
                given.add(keyword.arg)
            given |= self._keys(keyword)
        if "**" in given:
            return
        missing = [k for k in ("schedule", "start_date", "catchup") if k not in given]
        if missing:
            what = f"the DAG has no explicit {', '.join(missing)}"
            remedy = "write it down: a reader must not need to know the default"
            yield self.problem(call, what, remedy)

    def _keys(self, keyword: ast.keyword) -> set[str]:
        """Return keys of ``**COMMON`` and ``default_args``; ``**`` if unknown."""
        if keyword.arg not in (None, "default_args"):
            return set()
        value: ast.AST = keyword.value
        if isinstance(value, ast.Name):
            targets = self.names.targets(value)
            value = targets[0][0] if targets else value
        if isinstance(value, ast.Dict):
            keys = {constant(key) or "" for key in value.keys}
        elif isinstance(value, ast.Call):
            keys = {k.arg or "" for k in value.keywords}
        else:
            keys = set() if keyword.arg else {"**"}
        return keys & {"start_date"} if keyword.arg else keys

    def tasks(self) -> Iterator[Problem]:
        """Judge what code that runs in a task mentions."""
        done: set[int] = set()
        self._judged: set[int] = set()
        for root in self.reach.in_tasks():
            done |= _docstrings(root)
            for node in walk(root):
                if id(node) not in done:
                    done.add(id(node))
                    yield from self._in_task(node)
        for statement in self.reach.body:
            for node in walk(statement):
                if (
                    isinstance(node, ast.Call)
                    and id(node) not in done
                    and any(k.arg == "bash_command" for k in node.keywords)
                ):
                    yield from self._call(node)

    def _in_task(self, node: ast.AST) -> Iterator[Problem]:
        if isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
            if id(node) not in self._judged:
                chain = list(_chain(node))
                self._judged.update(id(part) for part in chain)
                if not self._bound_here(chain[-1]):
                    yield from self._mention(node)
            if isinstance(node, ast.Call):
                yield from self._call(node)
        elif isinstance(node, ast.Constant):
            yield from self._text(node)

    def _bound_here(self, node: ast.AST) -> bool:
        """Tell whether ``node`` is a local name: judged where it was assigned."""
        if not isinstance(node, ast.Name):
            return False
        found = self.names.find(node.id, self.names.scope(node))
        return bool(found and found[1] == "def" and not self.reach.shared(found[0]))

    def _mention(self, node: ast.AST) -> Iterator[Problem]:
        path = self.names.dotted(node)
        short = path.split("(")[0]
        if imports.database(path):
            what = f"a task uses {short}, which needs the metadata database"
            yield self.problem(node, what, ASK_AIRFLOW)
        elif imports.internal(path):
            what = f"a task uses {short}, an internal part of Airflow"
            yield self.problem(node, what, "use airflow.sdk, or do it in the test")

    def _call(self, node: ast.Call) -> Iterator[Problem]:
        if parse_time.command_line(node, self.names):
            what = "a task runs the airflow command, which needs the metadata database"
            yield self.problem(node, what, ASK_AIRFLOW)
        path = self.names.dotted(node.func)
        section = constant(node.args[0]) if node.args else None
        if path.startswith("airflow.configuration") and section == "database":
            what = "a task reads the configuration of the metadata database"
            yield self.problem(node, what, ASK_AIRFLOW)

    def texts(self) -> Iterator[Problem]:
        """Yield secrets in clear, and names that templates no longer have."""
        for node, what, remedy in texts.wrong(self.tree):
            yield self.problem(node, what, remedy)

    def _text(self, node: ast.Constant) -> Iterator[Problem]:
        # The name of the option and nothing else: a sentence about it is no use of it.
        if isinstance(node.value, str) and _OPTION.fullmatch(node.value):
            what = "a task asks for the address of the metadata database"
            yield self.problem(node, what, ASK_AIRFLOW)

    def parsing(self) -> Iterator[Problem]:
        """Judge what runs each time the file is parsed."""
        for node in self.reach.while_parsing():
            found = isinstance(node, ast.Call) and parse_time.work(node, self.names)
            if found:
                yield self.problem(node, *found)
            for target in getattr(node, "targets", (getattr(node, "target", None),)):
                places = (target, getattr(target, "value", None))
                if any(p and self.names.dotted(p) == "os.environ" for p in places):
                    what = "changes the environment while it is parsed"
                    yield self.problem(node, what, "set it where Airflow runs")


def _chain(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of ``a.b().c`` that are judged as one, arguments left out."""
    yield node
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.value if isinstance(node, ast.Attribute) else node.func
        yield node


def _docstrings(root: ast.AST) -> set[int]:
    return {
        id(node.value)
        for node in ast.walk(root)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        return [f"{base}.{alias.name}" for alias in node.names]
    return []
