"""``dagbook matrix``: every example on the newest patch of several Airflow versions.

Each version has an environment of its own below the cache, made with the constraints
that Airflow publishes for it, as Airflow's installation guide asks. The examples' own
tests run there; only their assertions count, not the comparison with the recording,
which speaks of one version. The result is ``tests/matrix.json``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from dagbook.page import read
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project, sha256
from dagbook.recording import dumps
from dagbook.spec import load
from dagbook.spec_model import Item
from dagbook.turns import turn

MINORS = ("3.1", "3.2", "3.3")
TOOLS = ("pytest", "pytest-xdist", "syrupy", "pyyaml", "typer", "rich", "pygments")
CONSTRAINTS = (
    "https://raw.githubusercontent.com/apache/airflow/constraints-{version}/"
    "constraints-{python}.txt"
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def matrix(
    only: Annotated[str, typer.Option(help="An id, a section or a file.")] = "",
    versions: Annotated[
        str, typer.Option(help="Minor versions with commas.")
    ] = ",".join(MINORS),
    constraints: Annotated[
        str,
        typer.Option(help="A constraints file or URL instead of the published one."),
    ] = "",
) -> None:
    """Run the examples on the newest patch of each version and write what passed."""
    project = Project.find()
    items = [i for i in load(project).select(only) if i.paths(project).test.is_file()]
    if not items:
        typer.echo(f"no example with a test matches {only!r}")
        raise typer.Exit(1)
    with turn(project, "matrix"):
        for minor in versions.split(","):
            python, version = environment(project, minor.strip(), constraints)
            able = [i for i in items if runs_on(minimum(project, i), version)]
            typer.echo(f"Airflow {version}: {len(able)} of {len(items)} examples")
            passed = run(project, python, able)
            save(project, version, able, passed)
            for item in able:
                typer.echo(f"  {item.id} {'passed' if item.id in passed else 'FAILED'}")


def minimum(project: Project, item: Item) -> str:
    """Return the lowest Airflow version that the page of an item declares."""
    page = item.paths(project).page
    declared = read(page, project).front.airflow if page.is_file() else ""
    return declared.removeprefix(">=") or "3.0"


def runs_on(lowest: str, version: str) -> bool:
    """Tell whether ``version`` (``3.2.2``) is at least ``lowest`` (``3.1``)."""
    return numbers(version) >= numbers(lowest)


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers, so that 3.10 comes after 3.9."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def environment(project: Project, minor: str, constraints: str) -> tuple[Path, str]:
    """Make the environment of the newest patch of ``minor``.

    Returns:
        Its Python and the full version of its Airflow.

    Raises:
        DagbookError: the installation failed; carries what the installer said.
    """
    home = project.cache / "matrix" / minor
    python = home / "bin" / "python"
    uv = [str(Path(sys.executable).with_name("uv"))]
    if not python.exists():
        _call([*uv, "venv", "--quiet", "--python", sys.executable, str(home)])
    major, low = numbers(minor)
    wanted = f"apache-airflow-core>={minor},<{major}.{low + 1}"
    plan = _call([*uv, "pip", "compile", "--quiet", "--no-deps", "-"], wanted)
    found = re.search(r"apache-airflow-core==([\d.]+)", plan)
    if found is None:
        raise DagbookError(Problem("matrix", 0, f"no Airflow {minor} in the index"))
    version = found.group(1)
    published = CONSTRAINTS.format(
        version=version, python=".".join(map(str, sys.version_info[:2]))
    )
    install = [*uv, "pip", "install", "--quiet", "--python", str(python)]
    limits = ["--constraints", constraints or published]
    _call([*install, *limits, f"apache-airflow=={version}"])
    _call([*install, *TOOLS])
    return python, version


def run(project: Project, python: Path, items: Iterable[Item]) -> set[str]:
    """Run the examples' tests with ``python`` and return the ids that passed."""
    chosen = {i.paths(project).test: i.id for i in items}
    if not chosen:
        return set()
    with tempfile.TemporaryDirectory(prefix="dagbook-matrix-") as folder:
        report = Path(folder) / "report.xml"
        subprocess.run(
            [str(python), "-m", "pytest", "-q", "--numprocesses", "2", "--dist"]
            + ["loadfile", "--tb=line", f"--junitxml={report}"]
            + ["-p", "dagbook.pytest_plugin", *map(str, chosen)],
            cwd=project.root,
            env={
                **os.environ,
                "PYTHONPATH": str(project.root / "hooks"),
                "DAGBOOK_ASSERTIONS_ONLY": "1",
            },
        )
        return passed_ids(report, {p.stem: i for p, i in chosen.items()})


def passed_ids(report: Path, ids: dict[str, str]) -> set[str]:
    """Return the ids whose tests all passed, from a JUnit report.

    Args:
        report: written by pytest.
        ids: name of the test module → id.
    """
    good: set[str] = set()
    bad: set[str] = set()
    for case in ElementTree.parse(report).iter("testcase"):
        module = case.get("classname", "").rpartition(".")[2]
        if module in ids:
            failed = case.find("failure") is not None or case.find("error") is not None
            (bad if failed else good).add(ids[module])
    return good - bad


def save(project: Project, version: str, items: list[Item], passed: set[str]) -> None:
    """Write the results of one version into ``tests/matrix.json``."""
    file = project.tests / "matrix.json"
    data = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for item in items:
        source = sha256(item.paths(project).dag)
        row = data.setdefault(item.id, {})
        if row.get("source") != source:
            row.clear()
            row["source"] = source
        row[version] = "passed" if item.id in passed else "failed"
    file.write_text(dumps(data), encoding="utf-8")


def _call(words: list[str], text: str = "") -> str:
    done = subprocess.run(words, input=text, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        what = f"{' '.join(words[1:3])} failed: {said[-1] if said else 'no message'}"
        raise DagbookError(
            Problem("matrix", 0, what, "it needs PyPI and Airflow's constraint files")
        )
    return done.stdout
