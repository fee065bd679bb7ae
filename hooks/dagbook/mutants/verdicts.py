"""What became of each mutant, and the memory of it."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagbook import cache
from dagbook.guard.names import Function
from dagbook.mutants.mutant import Mutant
from dagbook.project import ExamplePaths, Project

HARNESS = ("running", "testing", "recording", "airflow_compat")
"""Parts of the program that decide, besides the example, what becomes of a mutant."""


@dataclass
class Verdict:
    """What became of one mutant, and the tests that failed.

    ``fate``: ``assertion``, ``recording``, ``timeout``, ``survived`` or ``broken``.
    """

    mutant: Mutant
    fate: str
    by: list[str] = field(default_factory=list)


def loaded() -> list[str]:
    """Return the modules of the harness that this process has imported."""
    prefixes = tuple(f"dagbook.{name}" for name in HARNESS)
    return sorted(name for name in sys.modules if name.startswith(prefixes))


def behaviour(modules: Iterable[str]) -> str:
    """Return a hash over the code of modules: not over comments and docstrings."""
    top = Path(__file__).parents[2]
    parts = [version("apache-airflow-core")]
    for name in sorted({*modules, "dagbook.mutants.worker"}):
        path = top.joinpath(*name.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        tree = ast.parse(file.read_text("utf-8")) if file.is_file() else ast.parse("")
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, *Function)):
                node.body = [one for one in node.body if not _words(one)]
        parts += [name, ast.dump(tree)]
    return cache.key(*parts)


def _words(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class Cache:
    """Fates by the hash of the mutant, its test, its recording and the harness.

    Of the harness counts what the unchanged example's tests have loaded.
    """

    def __init__(self, project: Project, paths: ExamplePaths) -> None:
        recording = json.loads(paths.recording.read_text(encoding="utf-8"))
        scenarios = json.dumps(recording["scenarios"], sort_keys=True)
        self.example = cache.key(paths.test.read_bytes(), scenarios)
        self.file = project.cache / "mutants" / f"{paths.stem}.json"
        kept = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}
        self.fates: dict[str, Any] = kept.get("fates", {})
        self.uses(kept.get("modules", []))

    def uses(self, modules: list[str]) -> None:
        """Let results depend on these modules of the harness."""
        self.modules = modules
        self.base = cache.key(self.example, behaviour(modules))

    def key(self, text: str) -> str:
        """Return the key of a changed file."""
        return cache.key(self.base, text)

    def get(self, one: Mutant) -> Verdict | None:
        """Return the verdict on a mutant if it is known."""
        row = self.fates.get(self.key(one.text))
        return Verdict(one, row["fate"], row["by"]) if row else None

    def put(self, verdict: Verdict) -> None:
        """Keep a verdict, at once, so that an interruption loses nothing."""
        row = {"fate": verdict.fate, "by": verdict.by}
        self.fates[self.key(verdict.mutant.text)] = row
        _write(self.file, {"modules": self.modules, "fates": self.fates})


def _write(file: Path, data: Any) -> None:
    """Write ``data`` as JSON; whoever interrupts this leaves the old file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".new")
    scratch.write_text(json.dumps(data), encoding="utf-8")
    scratch.replace(file)
