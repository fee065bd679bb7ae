"""Everything that can be wrong with the tree, without running an example.

The same list for ``dagbook check``, pre-commit, CI and the hook of the site.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dagbook.checks import (
    claims,
    dags,
    fences,
    files,
    fingerprint,
    indexes,
    pages,
    parity,
    published,
    recordings,
    versions,
)
from dagbook.examples import coverage
from dagbook.examples import example as lookup
from dagbook.guard.guard import guard
from dagbook.pages import reader
from dagbook.pages.model import Page
from dagbook.parsing import parse as parsing
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project, sha256
from dagbook.recording import file as recording
from dagbook.spec.model import Item, Spec

Progress = Callable[[int, int, str], None]
"""Called with (DAG files parsed, files to parse, name of the last one)."""


def check(
    project: Project,
    progress: Progress | None = None,
    only: str | None = None,
    live: bool = False,
) -> list[Problem]:
    """Return every problem of the tree, sorted, each once.

    Args:
        project: the checkout.
        progress: told of each DAG file that had to be parsed.
        only: items to check, as ``Spec.select`` reads it; then files that belong to no
            item and everything else outside these items are left out.
        live: also ask whether each example has run on a real scheduler as it is now.
            The site does not need that; landing a change does.

    A checklist that cannot be read is reported alone: every other name depends on it.
    A tree in which nothing was found is looked at again when anything in it changes.
    """
    tree = fingerprint.fingerprint(project, only, live)
    if fingerprint.clean(project, tree):
        return []
    found = _check(project, progress, only, live)
    # What was saved meanwhile may have been read before or after.
    if not found and fingerprint.fingerprint(project, only, live) == tree:
        fingerprint.keep(project, tree)
    return found


def _check(
    project: Project, progress: Progress | None, only: str | None, live: bool
) -> list[Problem]:
    try:
        spec = lookup.contract(project)
        items = spec.select(only)
    except DagbookError as error:
        return error.problems
    examples = [_Example.read(project, item) for item in items]
    begun = [example for example in examples if example.begun]
    found = [problem for example in begun for problem in example.problems(spec)]
    found += _dags(project, begun, progress, everything=only is None)
    if only is None:
        found += files.unknown(project, spec)
        found += fences.elsewhere(
            project, [item.paths(project).page for item in spec.items]
        )
        found += _texts(project, begun, published.published(project, spec))
        found += indexes.problems(project, coverage.coverage(project, spec))
        found += claims.problems(project, [item.id for item in spec.items])
    else:
        for example in begun:
            own = published.published_of(example.item.paths(project))
            found += _texts(project, [example], own)
    if live:
        chosen = {project.relative(item.paths(project).page) for item in items}
        found += [p for p in _live(project) if only is None or p.page in chosen]
    return sorted(set(found))


@dataclass(frozen=True)
class _Example:
    """The files of one item, read once.

    Args:
        project: where they are.
        item: what the contract asks for.
        page: the page; ``None`` when it is missing or cannot be read.
        unreadable: why the page cannot be read.
        recording: the recording; ``None`` when it is missing or cannot be read.
    """

    project: Project
    item: Item
    page: Page | None
    unreadable: tuple[Problem, ...]
    recording: dict[str, Any] | None

    @classmethod
    def read(cls, project: Project, item: Item) -> _Example:
        paths = item.paths(project)
        page: Page | None = None
        unreadable: tuple[Problem, ...] = ()
        if paths.page.is_file():
            try:
                page = reader.read(paths.page, project)
            except DagbookError as error:
                unreadable = tuple(error.problems)
        try:
            data = recording.load(paths.recording)
        except (OSError, ValueError):
            data = None
        recorded = data if isinstance(data, dict) else None
        return cls(project, item, page, unreadable, recorded)

    @property
    def begun(self) -> bool:
        paths = self.item.paths(self.project)
        own = (paths.dag, paths.page, paths.test, paths.recording)
        return any(path.is_file() for path in own)

    @property
    def page_name(self) -> str:
        path = self.item.paths(self.project).page
        return self.project.relative(path) if path.is_file() else ""

    def problems(self, spec: Spec) -> Iterator[Problem]:
        """Yield what is wrong with page, test and recordings, but not with the DAG."""
        paths = self.item.paths(self.project)
        yield from files.complete(self.project, self.item)
        yield from self.unreadable
        if self.page:
            found = pages.problems(
                self.page, self.item, self.project, self.recording, spec
            )
            yield from found
            yield from versions.problems(self.project, self.item, self.page)
            if self.recording and paths.dag.is_file():
                told = {problem.line for problem in found}
                for problem in fences.problems(self.page, self.item.id, self.project):
                    if problem.line not in told:
                        yield problem
        if paths.test.is_file() and paths.dag.is_file():
            for problem in recordings.problems(self.project, self.item):
                yield self.on_page(problem)
        if paths.recording.is_file():
            yield from map(
                self.on_page, published.of_today(self.project, paths.recording)
            )
        if paths.live_recording.is_file():
            yield from self._live_recording()

    def on_page(self, problem: Problem) -> Problem:
        """Return ``problem`` with the page that shows the place."""
        page = problem.page or self.page_name
        return problem if page == problem.path else replace(problem, page=page)

    def _live_recording(self) -> Iterator[Problem]:
        """A recording of a real scheduler is sealed and bound to its source, too."""
        path = self.item.paths(self.project).live_recording
        name, again = (
            self.project.relative(path),
            f"run `make live ONLY={self.item.id} RECORD=1`",
        )
        text = path.read_text("utf-8", errors="replace")
        try:
            data = json.loads(text)
        except ValueError as error:
            line = getattr(error, "lineno", 0)
            yield self.on_page(Problem(name, line, "not JSON", again))
            return
        if not recording.sealed(text):
            what = "the recording was edited by hand"
            yield self.on_page(Problem(name, 0, what, f"undo that, or {again}"))
        paths = self.item.paths(self.project)
        test = paths.test.with_name(f"test_{self.item.stem}_live.py")
        for key, file in (("source", paths.dag), ("tests", test)):
            recorded = data.get(key, {}).get("sha256")
            if file.is_file() and recorded and recorded != sha256(file):
                changed = self.project.relative(file)
                what = f"the recording is stale: {changed} has changed since"
                yield self.on_page(Problem(name, 0, what, again))


def _dags(
    project: Project,
    examples: list[_Example],
    progress: Progress | None,
    everything: bool,
) -> Iterator[Problem]:
    """Yield what is wrong with the DAG files, each with the page that refers to it."""
    own = {
        project.relative(path): example
        for example in examples
        if (path := example.item.paths(project).dag).is_file()
    }
    pages_of: dict[str, str] = {}
    for example in examples:
        for ref in example.page.snippets if example.page else ():
            if ref.path.startswith("dags/") and ref.path not in own:
                pages_of.setdefault(ref.path, example.page_name)
    written = {project.root / name for name in own}
    if everything:
        written |= set(project.dag_files())
    parsed = parsing.parse(project, sorted(written), progress)
    for name, file in parsed.items():
        found = list(file.problems)
        if mine := own.get(name):
            requires = mine.page.front.requires if mine.page else ()
            found += guard(project, project.root / name, requires)
            found += dags.sections(project, mine.item)
            if not file.problems:
                found += dags.problems(project, mine.item, file)
            yield from map(mine.on_page, _once(found))
        else:
            found += guard(project, project.root / name)
            for problem in _once(found):
                yield replace(problem, page=pages_of.get(name, ""))


def _texts(
    project: Project, examples: list[_Example], shown: Iterable[Path]
) -> Iterator[Problem]:
    """Yield what no reader must be given, with the page of the example it is in."""
    texts = list(shown)
    pages_of = {
        project.relative(path): example.page_name
        for example in examples
        for path in published.published_of(example.item.paths(project))
    }
    found = [*published.private(project, texts), *published.active(project, texts)]
    for problem in found:
        page = pages_of.get(problem.path, "")
        yield replace(problem, page=page) if page != problem.path else problem


def _once(problems: list[Problem]) -> list[Problem]:
    """Leave out what the text shows when the parse has said it of the same line."""
    parsed = {
        (p.path, p.line) for p in problems if "while it is parsed" in p.what and p.line
    }
    seen: set[tuple[str, int]] = set()
    kept = []
    for problem in problems:
        place = (problem.path, problem.line)
        if place in parsed and "while it is parsed" in problem.what:
            if place in seen:
                continue
            seen.add(place)
        kept.append(problem)
    return kept


def _live(project: Project) -> list[Problem]:
    """Return what the live lane misses, once it has left its first results."""
    if not (project.tests / "parity.json").is_file():
        return []
    try:
        return parity.problems(project)
    except DagbookError as error:
        return error.problems
