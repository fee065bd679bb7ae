"""``dagbook matrix``: every example on the newest patch of several Airflow versions.

Each version has an environment resolved as of the day of its release, and each example
a process; only assertions count. The result is ``tests/matrix.json``.
"""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer

from dagbook import files
from dagbook.examples.versions import numbers, results_file, runs_on
from dagbook.locks import turn
from dagbook.pages.reader import read
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.recording.file import dumps
from dagbook.spec.load import load
from dagbook.spec.model import Item

# Newest patch and the day after PyPI got it ("Release history" of apache-airflow).
RELEASES = {
    "3.1": ("3.1.8", "2026-03-12"),
    "3.2": ("3.2.2", "2026-05-30"),
    "3.3": ("3.3.2", "2026-09-18"),
}
LIMIT = 900
"""Seconds for one example's tests; what takes longer hangs and counts as failed."""
TOOLS = ("pytest", "pytest-xdist", "syrupy", "pyyaml", "typer", "rich", "pygments")
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def matrix(
    only: Annotated[str, typer.Option(help="An id, a section or a file.")] = "",
    versions: Annotated[
        str, typer.Option(help="Minor versions with commas.")
    ] = ",".join(RELEASES),
) -> None:
    """Run the examples on the newest patch of each version and write what passed."""
    project = Project.find()
    items = [i for i in load(project).select(only) if i.paths(project).test.is_file()]
    if not items:
        typer.echo(f"no example with a test matches {only!r}")
        raise typer.Exit(1)
    with turn(project, "matrix"):
        for minor in versions.split(","):
            python, version = environment(project, minor.strip())
            able = [i for i in items if runs_on(minimum(project, i), version)]
            typer.echo(f"Airflow {version}: {len(able)} of {len(items)} examples")
            for item, passed in run(project, python, able):
                save(project, version, item, passed)
                log = project.relative(log_of(project, python, item))
                fate = "passed" if passed else f"FAILED, see {log}"
                typer.echo(f"  {item.id} {fate}")


def minimum(project: Project, item: Item) -> str:
    """Return the lowest Airflow version that the page of an item declares."""
    page = item.paths(project).page
    declared = read(page, project).front.airflow if page.is_file() else ""
    return declared.removeprefix(">=") or "3.0"


def environment(project: Project, minor: str) -> tuple[Path, str]:
    """Make the environment of the newest patch of ``minor``.

    Returns:
        Its Python and the full version of its Airflow.

    Raises:
        DagbookError: PyPI has another patch than ``RELEASES``, or does not answer.
    """
    if minor not in RELEASES:
        what = f"Airflow {minor} is not known here, only {', '.join(RELEASES)}"
        raise DagbookError(Problem("matrix", 0, what, "add it to RELEASES"))
    version, day = RELEASES[minor]
    uv = [str(Path(sys.executable).with_name("uv"))]
    major, low = numbers(minor)
    wanted = f"apache-airflow-core>={minor},<{major}.{low + 1}"
    plan = _call([*uv, "pip", "compile", "--quiet", "--no-deps", "-"], wanted)
    newest = "".join(re.findall(r"apache-airflow-core==([\d.]+)", plan))
    if newest != version:
        what = f"{version} is not the newest patch: {newest or 'none'} is"
        remedy = "write it and its day into RELEASES"
        raise DagbookError(Problem("hooks/dagbook/matrix.py", 0, what, remedy))
    home = project.cache / "matrix" / version
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        _call([*uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)])
        install = [*uv, "pip", "install", "--quiet", "--python", str(python)]
        _call([*install, "--exclude-newer", day, f"apache-airflow=={version}"])
        _call([*install, *TOOLS])
        (home / "ready").touch()
    return python, version


def run(
    project: Project, python: Path, items: Sequence[Item]
) -> Iterator[tuple[Item, bool]]:
    """Yield each example with whether its tests passed, as many at once as cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        asked = {pool.submit(passes, project, python, item): item for item in items}
        try:
            for done in as_completed(asked):
                yield asked[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def passes(project: Project, python: Path, item: Item) -> bool:
    """Tell whether the tests of an example pass; what they print is kept in a file."""
    log = log_of(project, python, item)
    log.parent.mkdir(parents=True, exist_ok=True)
    variables = {
        "DAGBOOK_ROOT": str(project.root),
        "DAGBOOK_ASSERTIONS_ONLY": "1",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    with open(log, "w", encoding="utf-8") as file:
        try:
            done = subprocess.run(
                # Loaded by its module's name, installed there or not.
                [str(python), "-m", "pytest", "-q", "-p", "no:xdist", "-p"]
                + ["no:dagbook", "-p", "dagbook.running.plugin"]
                + [str(item.paths(project).test)],
                cwd=project.root,
                env={**os.environ, **variables},
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=LIMIT,
            )
        except subprocess.TimeoutExpired:
            file.write(f"\nended from outside after {LIMIT} s\n")
            return False
    return done.returncode == 0


def log_of(project: Project, python: Path, item: Item) -> Path:
    """Return where the output of an example's tests goes; kept until the next time."""
    version = python.parents[1].name
    return project.cache / "matrix" / f"{version}-logs" / f"{item.id}.txt"


def save(project: Project, version: str, item: Item, passed: bool) -> None:
    """Write what an example's tests did on one version into ``tests/matrix.json``."""
    file = results_file(project)
    data = copy.deepcopy(files.data(file)) if file.exists() else {}
    source = files.sha256(item.paths(project).dag)
    row = data.setdefault(item.id, {})
    if row.get("source") != source:
        row.clear()
        row["source"] = source
    row[version] = "passed" if passed else "failed"
    files.write(file, dumps(data))


def _call(words: list[str], text: str = "") -> str:
    done = subprocess.run(words, input=text, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        what = f"{' '.join(words[1:3])} failed: {said[-1] if said else 'no message'}"
        raise DagbookError(Problem("matrix", 0, what, "it needs PyPI"))
    return done.stdout
