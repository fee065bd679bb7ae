"""What became of each mutant, and the memory of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagbook import cache
from dagbook.mutants.generate import mutants
from dagbook.mutants.mutant import Mutant
from dagbook.project import ExamplePaths, Project

#: Modules of this package that only choose and show; all others decide fates.
SHOWING = {"cli", "report", "equivalent"}


@dataclass
class Verdict:
    """What became of one mutant.

    Args:
        mutant: the change.
        fate: ``assertion``, ``recording``, ``timeout``, ``survived`` or ``broken``.
        by: the tests that failed.
    """

    mutant: Mutant
    fate: str
    by: list[str] = field(default_factory=list)


def tool_hash() -> str:
    """Return a hash of everything that decides a mutant's fate besides the example."""
    deciding = [f"mutants/{p.name}" for p in Path(__file__).parent.glob("*.py")]
    deciding = [name for name in deciding if Path(name).stem not in SHOWING]
    harness = ("running", "testing", "recording", "airflow_compat.py")
    return cache.key(version("apache-airflow-core"), cache.source(*deciding, *harness))


class Cache:
    """Fates by the hash of the mutant, its test, its recording and the tool."""

    def __init__(self, project: Project, paths: ExamplePaths, tool: str) -> None:
        digest = hashlib.sha256(tool.encode())
        digest.update(paths.test.read_bytes())
        recording = json.loads(paths.recording.read_text(encoding="utf-8"))
        digest.update(json.dumps(recording["scenarios"], sort_keys=True).encode())
        self.base = digest.hexdigest()
        self.file = project.cache / "mutants" / f"{paths.stem}.json"
        self.known: dict[str, Any] = {}
        if self.file.exists():
            self.known = json.loads(self.file.read_text(encoding="utf-8"))

    def mutants(self, text: str) -> list[Mutant]:
        """Return the mutants of ``text``, from the cache if it was asked before."""
        file = self.file.with_suffix(".mutants.json")
        key = self.key(text)
        if file.exists():
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["key"] == key:
                return [Mutant(**fields) for fields in kept["mutants"]]
        made = mutants(text)
        kept = {"key": key, "mutants": [asdict(one) for one in made]}
        _write(file, kept)
        return made

    def key(self, text: str) -> str:
        """Return the key of a changed file."""
        return hashlib.sha256((self.base + text).encode()).hexdigest()

    def get(self, one: Mutant) -> Verdict | None:
        """Return the verdict on a mutant if it is known."""
        row = self.known.get(self.key(one.text))
        return Verdict(one, row["fate"], row["by"]) if row else None

    def put(self, verdict: Verdict) -> None:
        """Keep a verdict, at once, so that an interruption loses nothing."""
        row = {"fate": verdict.fate, "by": verdict.by}
        self.known[self.key(verdict.mutant.text)] = row
        _write(self.file, self.known)


def _write(file: Path, data: Any) -> None:
    """Write ``data`` as JSON; whoever interrupts this leaves the old file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".new")
    scratch.write_text(json.dumps(data), encoding="utf-8")
    scratch.replace(file)
