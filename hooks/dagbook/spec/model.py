"""The data of the contract: sections, subsections, items and their bullets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dagbook.problems import DagbookError, Problem
from dagbook.project import ExamplePaths, Project


@dataclass(frozen=True)
class Bullet:
    """One promise of an item, and the line of the checklist where it stands."""

    text: str
    line: int


@dataclass(frozen=True)
class Item:
    """One example the contract asks for.

    Args:
        id: ``16.1.1``.
        stem: the file name without ``.py``; also the DAG's id.
        tags: kind, area, level and outcome, in this order.
        path: the checklist, relative to the root; ``line`` is the item's heading there.
        folder: ``16_dag_runs/01_manual_trigger``, the same below docs, dags and tests.
    """

    id: str
    title: str
    stem: str
    tags: tuple[str, ...]
    bullets: tuple[Bullet, ...]
    path: str
    line: int
    folder: str

    @property
    def kind(self) -> str:
        """What sort of example it is: ``reference``, ``anti-pattern`` …."""
        return self.tags[0]

    @property
    def area(self) -> str:
        """What it is about: ``control``, ``patterns`` …."""
        return self.tags[1]

    @property
    def level(self) -> str:
        """Whom it is for: ``beginner``, ``intermediate``, ``advanced``."""
        return self.tags[2]

    @property
    def outcome(self) -> str:
        """How its run ends: ``success``, ``failure``, ``warning``, ``anti-pattern``."""
        return self.tags[3]

    @property
    def subsection(self) -> str:
        """The number of its subsection: ``16.1``."""
        return self.id.rpartition(".")[0]

    def paths(self, project: Project) -> ExamplePaths:
        """Return the item's files in ``project``; they need not exist."""
        return project.example(self.folder, self.stem)


@dataclass(frozen=True)
class Subsection:
    """A topic of a checklist: number ``16.1``, prose in ``overview``."""

    number: str
    title: str
    folder: str
    items: tuple[Item, ...]
    path: str
    line: int
    overview: str = ""


@dataclass(frozen=True)
class SpecFile:
    """One checklist: its path relative to the root, its stem as ``slug``."""

    path: str
    number: int
    title: str
    slug: str
    subsections: tuple[Subsection, ...]
    overview: str = ""

    @property
    def items(self) -> Iterator[Item]:
        """Yield the items of all subsections in order."""
        for subsection in self.subsections:
            yield from subsection.items


@dataclass(frozen=True)
class Spec:
    """All checklists, in the order of their numbers."""

    files: tuple[SpecFile, ...]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in order."""
        return tuple(item for file in self.files for item in file.items)

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Items by id."""
        return {item.id: item for item in self.items}

    @cached_property
    def by_stem(self) -> dict[str, Item]:
        """Items by file stem, which is the DAG's id too."""
        return {item.stem: item for item in self.items}

    @cached_property
    def subsections(self) -> dict[str, Subsection]:
        """Subsections by number."""
        return {sub.number: sub for file in self.files for sub in file.subsections}

    def select(self, only: str | None) -> tuple[Item, ...]:
        """Return the items that ``only`` means; empty: all.

        Args:
            only: ids, numbers of sections, stems or paths, with commas or blanks.

        Raises:
            DagbookError: a part of ``only`` means no item.
        """
        words = (only or "").replace(",", " ").split()
        if not words:
            return self.items
        chosen: dict[str, Item] = {}
        for word in words:
            stem = word.rpartition("/")[2].partition(".")[0].removeprefix("test_")
            found = [
                item
                for item in self.items
                if item.id == word
                or item.id.startswith(f"{word}.")
                or item.stem == stem
                or item.folder == word
            ]
            if not found:
                what = f"“{word}” is no item of the spec"
                remedy = "give an id as 16.1.1, a subsection as 16.1, or a file"
                raise DagbookError(Problem("docs/spec", 0, what, remedy))
            chosen |= {item.id: item for item in found}
        return tuple(item for item in self.items if item.id in chosen)
