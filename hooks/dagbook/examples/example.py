"""What the fences ask for: items, parsed DAGs, recordings and pieces of files.

Everything is read once and read again when the file has changed, so that a site of
thousands of fences opens each file once and ``mkdocs serve`` still sees every edit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dagbook.examples import versions as proven
from dagbook.pages import snippets
from dagbook.parsing import parse as parsing
from dagbook.parsing.parse import ParsedDag, ParsedFile
from dagbook.problems import DagbookError
from dagbook.project import Project
from dagbook.recording import file as records
from dagbook.recording.file import Recording, Scenario
from dagbook.spec import load as spec


@dataclass(frozen=True)
class Example:
    """One example as the fences see it.

    Args:
        project: where it is.
        item: its entry in the contract.
    """

    project: Project
    item: spec.Item

    @property
    def recording(self) -> Recording:
        """All recorded scenarios, those of the real scheduler not among them.

        Raises:
            LookupError: nothing is recorded yet.
        """
        path = self.item.paths(self.project).recording
        if not path.is_file():
            raise LookupError(
                f"{self.item.id} has no recording — run `make record "
                f"ONLY={self.item.id}`"
            )
        return _recording(path, *stamp(path))

    @property
    def live(self) -> Recording | None:
        """What happened on a real scheduler; None when nothing is recorded."""
        path = self.item.paths(self.project).live_recording
        return _recording(path, *stamp(path)) if path.is_file() else None

    @property
    def source(self) -> str:
        """The text of the file that readers copy, without marks of sections."""
        path = self.item.paths(self.project).dag
        return snippets.unmarked(path.read_text(encoding="utf-8"))

    def scenario(self, name: str) -> Scenario:
        """Return a recorded scenario; ``live/name`` means one of the real scheduler.

        Raises:
            LookupError: there is none of this name; the message lists those there are.
        """
        where, _, rest = name.rpartition("/")
        if where not in ("", "live"):
            raise LookupError(f"no scenario {name!r} — write a name or live/name")
        data = self.live if where else self.recording
        if data is None:
            raise LookupError(f"{self.item.id} has no recording of a real scheduler")
        found = data["scenarios"].get(rest)
        if found is None:
            known = ", ".join(sorted(data["scenarios"]))
            raise LookupError(f"no scenario {name!r} — recorded are: {known}")
        return found

    @property
    def passed_on(self) -> tuple[str, ...]:
        """The Airflow versions on which the tests of this very file have passed.

        Besides the recorded one these are what ``make matrix`` has found.
        """
        found = {self.recording["airflow"]}
        fates = proven.fates(self.project, self.item)
        found |= {version for version, fate in fates.items() if fate == "passed"}
        return tuple(sorted(found, key=proven.numbers))

    def parsed(self) -> ParsedFile:
        """Return the example's file as Airflow reads it.

        Raises:
            DagbookError: the file does not parse.
        """
        path = self.item.paths(self.project).dag
        name = self.project.relative(path)
        key = (name, *stamp(path))
        if key not in _PARSED:
            _PARSED[key] = parsing.parse(self.project, [path])[name]
        if _PARSED[key].problems:
            raise DagbookError(_PARSED[key].problems)
        return _PARSED[key]

    def dag(self, dag_id: str | None = None) -> ParsedDag:
        """Return a DAG of the file, by default the one named by the file's stem.

        Raises:
            LookupError: the file has no such DAG.
        """
        wanted = dag_id or self.item.stem
        dags = self.parsed().dags
        for dag in dags:
            if dag.dag_id == wanted:
                return dag
        known = ", ".join(dag.dag_id for dag in dags) or "none"
        raise LookupError(f"no DAG {wanted!r} in {self.item.stem}.py — it has {known}")


_PARSED: dict[tuple[str, int, int], ParsedFile] = {}


def example(project: Project, item_id: str) -> Example:
    """Return the example of an item, named by its id or its file's stem.

    Raises:
        LookupError: the contract has no such item.
        DagbookError: the contract cannot be read.
    """
    spec = contract(project)
    item = spec.by_id.get(item_id) or spec.by_stem.get(item_id)
    if item is None:
        raise LookupError(f"no item {item_id!r} in docs/spec — write an id like 16.1.1")
    return Example(project, item)


def contract(project: Project) -> spec.Spec:
    """Return the contract, read once for each state of ``docs/spec``."""
    stamps = tuple(stamp(path) for path in project.pages("spec"))
    return _spec(project, stamps)


def piece(project: Project, reference: str) -> str:
    """Return a file's text, or a section of it: ``path`` or ``path:section``.

    Raises:
        LookupError: no such file inside the project, or no such section.
        DagbookError: the section marks of the file are out of order.
    """
    name, _, section = reference.partition(":")
    path = (project.root / name).resolve()
    if not path.is_relative_to(project.root) or not path.is_file():
        raise LookupError(f"no file {name!r} — write the path from the root")
    if not section:
        return snippets.unmarked(path.read_text(encoding="utf-8"))
    found = snippets.of_file(project, path)
    if section not in found:
        known = ", ".join(found) or "none"
        raise LookupError(f"no section {section!r} in {name} — it has {known}")
    return found[section].text


def stamp(path: Path) -> tuple[int, int]:
    """Return what changes when a file does: its time and its size, zeros for none."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _spec(project: Project, _stamps: tuple[tuple[int, int], ...]) -> spec.Spec:
    return spec.load(project)


@lru_cache(maxsize=1024)
def _recording(path: Path, _mtime: int, _size: int) -> Recording:
    try:
        return records.load(path)
    except json.JSONDecodeError as error:
        raise LookupError(f"{path.name} is not JSON: {error}") from error
