"""What the rules look at: the tree, or the part of it that is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dagbook import files
from dagbook.examples.coverage import Coverage, coverage
from dagbook.examples.example import Example, contract
from dagbook.examples.exceptions import Exceptions
from dagbook.examples.exceptions import load as load_exceptions
from dagbook.parsing.model import ParsedFile
from dagbook.project import Project
from dagbook.spec.model import Spec


@dataclass
class Tree:
    """The tree that is checked.

    Args:
        project: the checkout.
        only: the items to check, as ``Spec.select`` reads it; None for everything.
        excused: budgets that were exceeded and have an exception, as id and budget.
    """

    project: Project
    only: str | None = None
    excused: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def spec(self) -> Spec:
        """The contract."""
        return contract(self.project)

    @cached_property
    def examples(self) -> list[Example]:
        """The examples to check of which at least one file exists."""
        items = self.spec.select(self.only)
        return [e for item in items if (e := Example(self.project, item)).begun]

    @cached_property
    def exceptions(self) -> Exceptions:
        """The exceptions from the budgets."""
        return load_exceptions(self.project)

    @cached_property
    def coverage(self) -> Coverage:
        """What exists of each item."""
        return coverage(self.project, self.spec)


@dataclass(frozen=True)
class DagFile:
    """A DAG file.

    Args:
        name: relative to the root.
        path: absolute.
        parsed: what Airflow found in it.
        example: the example whose file it is, if it is one's.
    """

    name: str
    path: Path
    parsed: ParsedFile
    example: Example | None


@dataclass(frozen=True)
class RecordingFile:
    """One of the two recordings of an example; it exists.

    Args:
        example: whose it is.
        live: of a real scheduler, and not of ``dag.test()``.
    """

    example: Example
    live: bool

    @property
    def path(self) -> Path:
        """The file."""
        paths = self.example.paths
        return paths.live_recording if self.live else paths.recording

    @property
    def name(self) -> str:
        """The file, relative to the root."""
        return self.example.project.relative(self.path)

    @property
    def test(self) -> Path:
        """The test module that makes it."""
        return self.example.paths.live_test if self.live else self.example.paths.test

    @property
    def again(self) -> str:
        """What makes it anew."""
        only = self.example.item.id
        command = f"live ONLY={only} RECORD=1" if self.live else f"record ONLY={only}"
        return f"run `make {command}`"

    @property
    def text(self) -> str:
        """Its text."""
        return files.text(self.path)

    @property
    def data(self) -> dict[str, Any]:
        """What it holds; empty where it cannot be read."""
        found = self.example.live if self.live else self.example.recorded
        return found or {}
