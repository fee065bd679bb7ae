"""What of the contract is kept: bullets ticked by the build, never by hand.

A bullet is ticked when its section shows the example or what it recorded, and the
recording carries the hashes of the present files and the names of passed tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dagbook.examples.example import Example
from dagbook.files import sha256
from dagbook.pages.model import Page, Section
from dagbook.project import ExamplePaths, Project
from dagbook.spec.model import Bullet, Item, Spec


@dataclass(frozen=True)
class BulletState:
    """One bullet, and in words what it lacks: nothing when it is ticked."""

    bullet: Bullet
    missing: tuple[str, ...]

    @property
    def ticked(self) -> bool:
        """The page shows it, with code of the example, and the tests passed."""
        return not self.missing


@dataclass(frozen=True)
class ItemState:
    """One item of the contract and what exists of it.

    Args:
        page: the written page; ``None`` when there is none that can be read.
        recording: the recording as data; ``None`` when there is none.
        missing: what the item as a whole lacks, in words.
    """

    item: Item
    page: Page | None
    recording: dict[str, Any] | None
    missing: tuple[str, ...]
    bullets: tuple[BulletState, ...]

    @property
    def ticked(self) -> bool:
        """Nothing is missing."""
        return not self.missing and all(bullet.ticked for bullet in self.bullets)

    @property
    def title(self) -> str:
        """The title of its page; the checklist's words while there is none."""
        return (self.page and self.page.front.title) or self.item.title

    @property
    def address(self) -> str:
        """Its page, relative to ``docs``."""
        return f"{self.item.folder}/{self.item.stem}.md"

    @property
    def started(self) -> bool:
        """At least one of the example's files exists."""
        return not set(NOTHING) <= set(self.missing)

    @cached_property
    def to_do(self) -> tuple[str, ...]:
        """Everything that is missing, in words, the example first, then its bullets."""
        if self.missing:
            return self.missing
        return tuple(
            f"“{state.bullet.text}”: {word}"
            for state in self.bullets
            for word in state.missing
        )


NOTHING = ("the example", "the page", "the test", "the recording")


@dataclass(frozen=True)
class Coverage:
    """The whole contract and what of it is kept, in the contract's order."""

    spec: Spec
    states: tuple[ItemState, ...]

    @cached_property
    def by_id(self) -> dict[str, ItemState]:
        """States by the item's id."""
        return {state.item.id: state for state in self.states}

    def of(self, items: Iterable[Item]) -> list[ItemState]:
        """Return the states of some items."""
        return [self.by_id[item.id] for item in items]

    @property
    def total(self) -> Tally:
        """The sums over everything."""
        return tally(self.states)


@dataclass(frozen=True)
class Tally:
    """How many items and bullets there are, and how many of them are ticked."""

    items: int
    items_ticked: int
    bullets: int
    bullets_ticked: int


def tally(states: Iterable[ItemState]) -> Tally:
    """Return the sums over ``states``."""
    chosen = list(states)
    bullets = [bullet for state in chosen for bullet in state.bullets]
    return Tally(
        items=len(chosen),
        items_ticked=sum(state.ticked for state in chosen),
        bullets=len(bullets),
        bullets_ticked=sum(bullet.ticked for bullet in bullets),
    )


def coverage(project: Project, spec: Spec) -> Coverage:
    """Return what exists of each item of ``spec``; raises nothing for a bad file."""
    return Coverage(spec, tuple(state(Example(project, i)) for i in spec.items))


def state(example: Example) -> ItemState:
    """Return what exists of one example and what is missing."""
    paths, page, recording = example.paths, example.page, example.recorded
    exist = (paths.dag.is_file(), page, paths.test.is_file(), recording is not None)
    missing = [word for word, there in zip(NOTHING, exist, strict=True) if not there]
    proof = _unproven(paths, recording) if recording is not None else []
    sections = page.bullet_sections if page else ()
    bullets = []
    for number, bullet in enumerate(example.item.bullets):
        lacks = list(proof or missing)
        if number >= len(sections):
            lacks.append("the section")
        elif not _shows(example, sections[number], first=number == 0):
            lacks.append("code of the example in its section")
        bullets.append(BulletState(bullet, tuple(lacks)))
    return ItemState(
        example.item, page, recording, tuple(missing + proof), tuple(bullets)
    )


def _unproven(paths: ExamplePaths, recording: dict[str, Any]) -> list[str]:
    """Return why the recording proves nothing about the files as they are now."""
    reasons = []
    for key, path, name in (
        ("source", paths.dag, "the example"),
        ("tests", paths.test, "the test"),
    ):
        about = recording.get(key)
        recorded = about.get("sha256") if isinstance(about, dict) else None
        if path.is_file() and recorded != sha256(path):
            reasons.append(f"a new recording: {name} has changed since")
    tests = recording.get("tests")
    if not (isinstance(tests, dict) and tests.get("passed")):
        reasons.append("a passed test")
    return reasons


def _shows(example: Example, section: Section, first: bool) -> bool:
    """Tell whether a section shows a piece of the example or what it recorded.

    With the first one counts the answer: the build puts the whole file below it.
    """
    parts = [section]
    if first and example.page and example.page.lead.fences:
        parts.append(example.page.lead)
    own = (example.item.id, example.item.stem)
    return any(
        any(example.shows(ref.path, ref.section) for ref in part.snippets)
        or any(
            fence.language in ("run", "request")
            and fence.options.get("example", own[0]) in own
            and fence.options.get("scenario", "default") in example.scenarios
            for fence in part.fences
        )
        for part in parts
    )
