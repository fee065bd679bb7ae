"""One example: the one reader of its files, each opened once for each state of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from dagbook import files
from dagbook.examples import versions
from dagbook.pages import reader, snippets
from dagbook.pages.model import Page
from dagbook.parsing import parse as parsing
from dagbook.parsing.model import ParsedDag, ParsedFile
from dagbook.problems import DagbookError, Problem
from dagbook.project import ExamplePaths, Project
from dagbook.recording.file import Recording, Scenario
from dagbook.spec import load as spec
from dagbook.spec.model import Item, Spec


@dataclass(frozen=True)
class Example:
    """One example: its entry in the contract, and its files as they are now."""

    project: Project
    item: Item

    @cached_property
    def paths(self) -> ExamplePaths:
        """Where its files are."""
        return self.item.paths(self.project)

    @cached_property
    def begun(self) -> bool:
        """Whether one of its files exists."""
        paths = self.paths
        own = (paths.dag, paths.page, paths.test, paths.recording)
        return any(path.is_file() for path in own)

    @cached_property
    def page_name(self) -> str:
        """The page as messages name it; empty when there is none."""
        path = self.paths.page
        return self.project.relative(path) if path.is_file() else ""

    @cached_property
    def unreadable(self) -> tuple[Problem, ...]:
        """Why the page that there is cannot be read."""
        try:
            if self.page_name:
                reader.read(self.paths.page, self.project)
        except DagbookError as error:
            return tuple(error.problems)
        return ()

    @cached_property
    def page(self) -> Page | None:
        """The written page; None when there is none that can be read."""
        if self.unreadable or not self.page_name:
            return None
        return reader.read(self.paths.page, self.project)

    @property
    def source(self) -> str:
        """The text of the file that readers copy, without marks of sections."""
        return snippets.unmarked(files.text(self.paths.dag))

    @property
    def test(self) -> str:
        """The text of the test module."""
        return files.text(self.paths.test)

    def owns(self, path: str) -> bool:
        """Tell whether ``path``, relative to the root, is its DAG file or its test."""
        return self.project.root / path in (self.paths.dag, self.paths.test)

    def shows(self, path: str, section: str) -> bool:
        """Tell whether ``path`` is its DAG file or its test, and has ``section``."""
        if not section or not self.owns(path):
            return False
        try:
            return section in snippets.of_file(self.project, self.project.root / path)
        except DagbookError:
            return False

    @cached_property
    def recorded(self) -> Recording | None:
        """The recording; None when there is none that can be read."""
        return _recorded(self.paths.recording)

    @cached_property
    def live(self) -> Recording | None:
        """What happened on a real scheduler; None when there is none to read."""
        return _recorded(self.paths.live_recording)

    @property
    def recording(self) -> Recording:
        """All recorded scenarios, those of the real scheduler not among them.

        Raises:
            LookupError: nothing that can be read is recorded.
        """
        if self.recorded is None:
            there = self.paths.recording.is_file()
            what = "a recording that is not JSON" if there else "no recording"
            raise LookupError(
                f"{self.item.id} has {what} — run `make record ONLY={self.item.id}`"
            )
        return self.recorded

    @cached_property
    def scenarios(self) -> tuple[str, ...]:
        """All recorded scenarios as fences name them: ``name`` or ``live/name``."""
        here, live = (
            (data or {}).get("scenarios", {}) for data in (self.recorded, self.live)
        )
        return (*here, *(f"live/{name}" for name in live))

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
            again = f"run `make live ONLY={self.item.id} RECORD=1`"
            what = f"{self.item.id} has no recording of a real scheduler"
            raise LookupError(f"{what} — {again}")
        found = data["scenarios"].get(rest)
        if found is None:
            known = ", ".join(sorted(data["scenarios"]))
            raise LookupError(f"no scenario {name!r} — recorded are: {known}")
        return found

    @cached_property
    def fates(self) -> dict[str, str]:
        """What its tests did on each Airflow version: ``passed`` or ``failed``."""
        return versions.fates(self.project, self.item)

    def failed_on(self, lowest: str) -> list[str]:
        """Return the Airflow versions from ``lowest`` on that its tests failed on."""
        return [
            version
            for version, fate in sorted(self.fates.items())
            if fate == "failed" and versions.runs_on(lowest, version)
        ]

    @property
    def passed_on(self) -> tuple[str, ...]:
        """The Airflow versions that the recording or ``make matrix`` found good."""
        found = {self.recording["airflow"]}
        found |= {version for version, fate in self.fates.items() if fate == "passed"}
        return tuple(sorted(found, key=versions.numbers))

    def parsed(self) -> ParsedFile:
        """Return the example's file as Airflow reads it.

        Raises:
            DagbookError: the file does not parse.
        """
        path = self.paths.dag
        name = self.project.relative(path)
        key = (name, files.stamp(path))
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


_PARSED: dict[tuple[str, files.Stamp], ParsedFile] = {}


def example(project: Project, item_id: str) -> Example:
    """Return the example of an item, named by its id or its file's stem.

    Raises:
        LookupError: the contract has no such item.
    """
    spec = contract(project)
    item = spec.by_id.get(item_id) or spec.by_stem.get(item_id)
    if item is None:
        raise LookupError(f"no item {item_id!r} in docs/spec — write an id like 16.1.1")
    return Example(project, item)


def contract(project: Project) -> Spec:
    """Return the contract, read once for each state of ``docs/spec``."""
    # Asked for each fence, so without a walk over the tree.
    names = sorted(os.listdir(project.spec)) if project.spec.is_dir() else []
    return _spec(project, tuple(files.stamp(project.spec / name) for name in names))


def examples(project: Project) -> list[Example]:
    """Return every item of the contract as an example, written or not."""
    return [Example(project, item) for item in contract(project).items]


def piece(project: Project, reference: str) -> str:
    """Return a file's text, or a section of it: ``path`` or ``path:section``.

    Raises:
        LookupError: no such file inside the project, or no such section.
    """
    name, _, section = reference.partition(":")
    path = (project.root / name).resolve()
    if not path.is_relative_to(project.root) or not path.is_file():
        raise LookupError(f"no file {name!r} — write the path from the root")
    if not section:
        return snippets.unmarked(files.text(path))
    found = snippets.of_file(project, path)
    if section not in found:
        known = ", ".join(found) or "none"
        raise LookupError(f"no section {section!r} in {name} — it has {known}")
    return found[section].text


@lru_cache(maxsize=4)
def _spec(project: Project, _stamps: tuple[files.Stamp, ...]) -> Spec:
    return spec.load(project)


def _recorded(path: Path) -> dict[str, Any] | None:
    try:
        found: Recording = files.data(path)
    except DagbookError:
        return None
    return found if isinstance(found, dict) else None
