"""Builds of the site: bare MkDocs, ours warm and cold, and one edit of each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dagbook.bench import tree
from dagbook.bench.measure import Series, run
from dagbook.parsing import parse as parsing
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.spec.load import load

Say = Callable[[str], None]


@dataclass
class SiteTimes:
    """Seconds of each kind of build; ``edit`` ones are inside ``mkdocs serve``."""

    pages: int = 0
    examples: int = 0
    bare: Series = field(default_factory=Series)
    warm: Series = field(default_factory=Series)
    cold: Series = field(default_factory=Series)
    bare_edit: Series = field(default_factory=Series)
    edit: Series = field(default_factory=Series)
    check: Series = field(default_factory=Series)


def measure(project: Project, rounds: int, say: Say) -> SiteTimes:
    """Measure every kind of build ``rounds`` times, in turns, on copies.

    Raises:
        DagbookError: a build fails.
    """
    times = SiteTimes()
    with tempfile.TemporaryDirectory(prefix="dagbook-bench-") as folder:
        top = Path(folder)
        full = tree.copy(project, top / "full")
        plain = tree.bare(full, top / "bare")
        times.examples = sum(1 for _ in full.dag_files())
        for number in range(1, rounds + 1):
            say(f"builds, round {number} of {rounds}")
            shutil.rmtree(full.root / ".cache", ignore_errors=True)
            _build(times.cold, full, full.root / "mkdocs.yml", top / "site")
            times.pages = len(list((top / "site").rglob("*.html")))
            _build(times.bare, full, plain, top / "site")
            _build(times.warm, full, full.root / "mkdocs.yml", top / "site")
            command = [sys.executable, "-m", "dagbook", "check"]
            run(times.check, command, full.root, tree.environment(full), "the check")
        page = _page(full)
        say("one edit inside mkdocs serve, bare and full")
        with (
            Editor(full, plain, top / "bare" / "docs" / page) as bare,
            Editor(full, full.root / "mkdocs.yml", full.docs / page) as ours,
        ):
            for _ in range(rounds):
                bare.edit(times.bare_edit)
                ours.edit(times.edit)
    return times


def _build(series: Series, project: Project, config: Path, site: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"]
    command += ["--config-file", str(config), "--site-dir", str(site)]
    name = f"the build with {config.parent.name}/mkdocs.yml"
    run(series, command, project.root, tree.environment(project), name)


class Editor:
    """A process that has built the site and builds it again after an edit of a page."""

    def __init__(self, project: Project, config: Path, page: Path) -> None:
        self.name = f"{config.parent.name}/mkdocs.yml"
        variables = tree.environment(project)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dagbook.bench.rebuild", str(config), str(page)],
            cwd=project.root,
            env=dict(os.environ) | {k: v for k, v in variables.items() if v},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Editor:
        try:
            self._answer()
        except DagbookError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def edit(self, series: Series) -> None:
        """Edit the page, and keep how long the build took.

        Raises:
            DagbookError: the build failed.
        """
        if self.process.stdin:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        took = self._answer()
        series.add(took["wall"], took["cpu"])

    def _answer(self) -> dict[str, float]:
        lines = iter(self.process.stdout or ())
        line = next((line for line in lines if line.startswith("{")), None)
        if line is None:
            what = f"the bench stops: the build with {self.name} failed after an edit"
            raise DagbookError(Problem("make bench", 0, what, "put that right first"))
        answer: dict[str, float] = json.loads(line)
        return answer


def _page(project: Project) -> Path:
    for item in load(project).items:
        page = item.paths(project).page
        if page.is_file():
            return page.relative_to(project.docs)
    raise FileNotFoundError("no example has a page yet")


def slowest_parse(project: Project) -> tuple[str, float]:
    """Return the DAG file that takes longest to parse, and its seconds."""
    parsed = parsing.parse(project, project.dag_files())
    name = max(parsed, key=lambda file: parsed[file].seconds)
    return name, parsed[name].seconds
