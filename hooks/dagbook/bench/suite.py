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
from dagbook.spec import load

Say = Callable[[str], None]
DATE = "2026-05-01"


@dataclass
class SuiteTimes:
    """Seconds of the tests of some examples, and of Airflow's own command.

    Args:
        stems: the examples, by file stem.
        runs: recorded runs of these examples together.
        tests: one pytest process for all of them, as ``make test`` would run it on one
            processor.
        command: one ``airflow dags test`` for each of them, summed per round.
    """

    stems: list[str] = field(default_factory=list)
    runs: int = 0
    tests: Series = field(default_factory=Series)
    command: Series = field(default_factory=Series)


def measure(project: Project, rounds: int, count: int, say: Say) -> SuiteTimes:
    """Measure tests and command ``rounds`` times, in turns.

    Args:
        project: the checkout; only read.
        rounds: how often.
        count: number of examples at most: those whose default scenario is a run that
            ends in success without Airflow's API, which the bare command has not.
        say: told what happens.

    Raises:
        DagbookError: a test or a command fails.
    """
    examples = _examples(project, count)
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
    return times


def _tests(series: Series, project: Project, examples: list[ExamplePaths]) -> None:
    tests = [str(paths.test) for paths in examples]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
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


def _examples(project: Project, count: int) -> list[ExamplePaths]:
    chosen = []
    for item in load(project).items:
        paths = item.paths(project)
        if not (paths.recording.is_file() and paths.test.is_file()):
            continue
        default = _runs(paths).get("default")
        alone = "airflow_api" not in paths.dag.read_text("utf-8")
        if not alone or not default or default["state"] != "success":
            continue
        if not default["exchanges"] and not default["runs"]:
            chosen.append(paths)
    return chosen[:count]


def _runs(paths: ExamplePaths) -> dict[str, dict[str, Any]]:
    scenarios = json.loads(paths.recording.read_text("utf-8"))["scenarios"]
    return {name: s for name, s in scenarios.items() if s.get("kind") == "run"}
