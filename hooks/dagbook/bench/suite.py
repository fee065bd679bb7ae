"""The examples' tests against ``airflow dags test`` on the same files."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagbook.bench.measure import Series, run
from dagbook.project import ExamplePaths, Project
from dagbook.spec.load import load

Say = Callable[[str], None]
DATE = "2026-05-01"
FINAL = 186
"""Examples of the three checklists; what is measured today is scaled to them."""


@dataclass
class SuiteTimes:
    """Seconds of the tests of some examples, and of Airflow's own command.

    Args:
        runs: recorded runs of these examples together.
        tests: one pytest process for all of them.
        command: one ``airflow dags test`` for each of them, summed per round.
        whole: the tests of all examples, once, as ``make test`` runs them.
    """

    stems: list[str] = field(default_factory=list)
    runs: int = 0
    tests: Series = field(default_factory=Series)
    command: Series = field(default_factory=Series)
    whole: Series = field(default_factory=Series)
    all_examples: int = 0

    @property
    def minutes(self) -> float:
        """What ``FINAL`` examples will take at the pace of those that exist."""
        return self.whole.median / self.all_examples * FINAL / 60


def measure(project: Project, rounds: int, count: int, say: Say) -> SuiteTimes:
    """Measure tests and command ``rounds`` times, in turns, on ``count`` examples.

    Only those whose default scenario succeeds alone and without Airflow's API, which
    the bare command has not.

    Raises:
        DagbookError: a test or a command fails.
    """
    complete = _complete(project)
    examples = [paths for paths in complete if _plain(paths)][:count]
    times = SuiteTimes([paths.stem for paths in examples])
    times.runs = sum(len(_runs(paths)) for paths in examples)
    if not examples:
        return times
    with tempfile.TemporaryDirectory(prefix="dagbook-bench-") as folder:
        top = Path(folder)
        airflow = str(Path(sys.executable).with_name("airflow"))
        homes = {paths.stem: _home(top, paths) for paths in examples}
        first = homes[examples[0].stem]
        say("a migrated database for airflow dags test")
        run(Series(), [airflow, "db", "migrate"], top, first, "airflow db migrate")
        for number in range(1, rounds + 1):
            say(f"tests and airflow dags test, round {number} of {rounds}")
            _tests(times.tests, project, examples)
            one = Series()
            for paths in examples:
                command = [airflow, "dags", "test", paths.stem, DATE]
                name = f"airflow dags test {paths.stem}"
                run(one, command, top, homes[paths.stem], name)
            times.command.add(sum(one.wall), sum(one.cpu))
    say(f"the tests of all {len(complete)} examples, once")
    times.all_examples = len(complete)
    _tests(times.whole, project, complete, "--numprocesses", "2", "--dist", "loadfile")
    return times


def _tests(
    series: Series, project: Project, examples: list[ExamplePaths], *words: str
) -> None:
    tests = [str(paths.test) for paths in examples]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    place: dict[str, str | None] = {"DAGBOOK_ROOT": str(project.root)}
    run(series, [*command, *tests], project.root, place, "the examples' tests")


def _home(top: Path, paths: ExamplePaths) -> dict[str, str | None]:
    """Return an environment in which Airflow sees this one file and one database."""
    dags = top / paths.stem
    dags.mkdir()
    shutil.copy(paths.dag, dags)
    clean = {name: None for name in os.environ if name.startswith("AIRFLOW")}
    return {
        **clean,
        "AIRFLOW_HOME": str(top / "home"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }


def _complete(project: Project) -> list[ExamplePaths]:
    found = [item.paths(project) for item in load(project).items]
    return [p for p in found if p.recording.is_file() and p.test.is_file()]


def _plain(paths: ExamplePaths) -> bool:
    """Return whether ``airflow dags test`` can run it, alone and to its success."""
    default = _runs(paths).get("default")
    if not default or "airflow_api" in paths.dag.read_text("utf-8"):
        return False
    alone = not default["exchanges"] and not default["runs"]
    return bool(alone and default["state"] == "success")


def _runs(paths: ExamplePaths) -> dict[str, dict[str, Any]]:
    scenarios = json.loads(paths.recording.read_text("utf-8"))["scenarios"]
    return {name: s for name, s in scenarios.items() if s.get("kind") == "run"}
