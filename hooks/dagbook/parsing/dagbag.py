"""One DAG file through Airflow's own ``DagBag``, in a process that ends with it."""

from __future__ import annotations

import ast
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from dagbook.parsing import describe, import_errors
from dagbook.parsing.model import fault
from dagbook.parsing.sandbox import ENDS, NO_END, NotWhileParsingError, Watch

Found = dict[str, Any]


def parse_file(path: Path, root: Path, limit: float) -> Found:
    """Parse ``path`` (absolute) and return the answer for it.

    ``limit``: seconds that the file may take.
    """
    name = path.relative_to(root).as_posix()
    answer: Found = {"file": name, "seconds": 0.0, "problems": [], "dags": []}
    tree = _read(path, answer["problems"])
    if tree is None:
        return answer
    watch = Watch(str(path))
    bag, bagged, seconds = _load(path, root / "dags", watch, limit)
    answer["seconds"] = round(seconds, 3)
    problems = answer["problems"]
    problems += watch.problems
    for error in bag.import_errors.values():
        explained = bool(watch.problems)
        problems += import_errors.import_error(error, path, root, tree, explained)
    problems += import_errors.twice(bagged, tree)
    for dag in bagged:
        try:
            data = describe.describe(dag)
            json.dumps(data)
        except Exception as error:
            problems.append(import_errors.not_serialized(dag.dag_id, error, tree))
        else:
            answer["dags"].append(data)
    answer["dags"].sort(key=lambda d: (d["dag_id"] != path.stem, d["dag_id"]))
    if not bagged and not problems:
        what, how = "holds no DAG that Airflow finds", "define one with `with DAG(...)`"
        how += ", or call the function that @dag decorates"
        problems.append(fault(1, what, how))
    return answer


def schedule(
    path: Path, root: Path, limit: float, dag_id: str, start: str, count: int
) -> Found:
    """Parse ``path`` and return ``count`` ticks of ``dag_id`` from ``start`` (ISO)."""
    from airflow.serialization.serialized_objects import DagSerialization

    name = path.relative_to(root).as_posix()
    answer: Found = {"file": name, "problems": [], "ticks": []}
    tree = _read(path, answer["problems"])
    if tree is None:
        return answer
    watch = Watch(str(path))
    _, bagged, _ = _load(path, root / "dags", watch, limit)
    for dag in bagged:
        if dag.dag_id == dag_id:
            stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
            answer["ticks"] = describe.ticks(stored, start, count)
            return answer
    known = ", ".join(sorted(dag.dag_id for dag in bagged)) or "none"
    answer["problems"].append(fault(0, f"has no DAG {dag_id!r}", f"known: {known}"))
    return answer


def _read(path: Path, problems: list[Found]) -> ast.Module | None:
    """Decode and compile the file; what fails here has an exact line."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8: byte 0x{content[error.start]:02x}"
        problems.append(fault(line, what, "save the file as UTF-8"))
        return None
    try:
        tree = ast.parse(text, filename=str(path))
        compile(tree, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        message = getattr(error, "msg", None) or str(error)
        remedy = "put the line right; Python cannot read the file"
        problems.append(fault(line, f"syntax error: {message}", remedy))
        return None
    return tree


def _load(
    path: Path, dags: Path, watch: Watch, limit: float
) -> tuple[Any, list[Any], float]:
    """Return the bag, the DAGs found in the file (also doubles), and the seconds."""
    from airflow.dag_processing.dagbag import BundleDagBag
    from airflow.sdk.definitions._internal.contextmanager import DagContext

    found: list[Any] = []

    class Registered(set[Any]):
        """Airflow's set of DAGs, which drops a second DAG that equals the first."""

        def add(self, item: tuple[Any, Any]) -> None:
            found.append(item[0])
            super().add(item)

    DagContext.autoregistered_dags = Registered()
    sys.dont_write_bytecode = True
    bag = BundleDagBag(collect_dags=False, bundle_path=dags, bundle_name="dagbook")
    watch.start(limit)
    began = time.monotonic()
    try:
        bagged = bag.process_file(str(path))
    except NotWhileParsingError:
        bagged = []  # raised outside the module's own code: the watch has noted it
    except KeyboardInterrupt as error:  # no terminal reaches this process
        rows = traceback.extract_tb(error.__traceback__)
        line = next((row.lineno for row in rows if row.filename == str(path)), 0)
        watch.note(ENDS.format("KeyboardInterrupt"), NO_END, line or 0)
        bagged = []
    seconds = time.monotonic() - began
    watch.stop()
    if bag.import_errors:
        return bag, list(bag.dags.values()), seconds
    # By identity: a task that is added after the `with` changes a DAG's hash, and then
    # Airflow finds one and the same twice.
    one: dict[int, Any] = {id(dag): dag for dag in [*bagged, *found, *_in_module(path)]}
    return bag, list(one.values()), seconds


def _in_module(path: Path) -> list[Any]:
    """Return the DAGs that the parsed module holds under a name of its own."""
    from airflow.sdk import DAG
    from airflow.utils.file import get_unique_dag_module_name

    module = sys.modules.get(get_unique_dag_module_name(str(path)))
    values = vars(module).values() if module else ()
    return [value for value in values if isinstance(value, DAG)]
