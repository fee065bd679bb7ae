"""How to load all examples: the commands of that page, with the zip of the site."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from test_copied_file import clean_environment

from dagbook.project import Project
from dagbook.site import build, bundles


def commands(site: Path, number: int) -> str:
    """Return the text of one of the page's listings."""
    page = (site / "load_all_examples.html").read_text(encoding="utf-8")
    found = BeautifulSoup(page, "html.parser").select(".language-sh code")
    assert len(found) == 2
    return found[number].get_text()


def loaded(folder: Path, script: str, **variables: str) -> dict[str, str]:
    """Run the commands in a shell, and return the bundle of each DAG by its id."""
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={
            **clean_environment(folder),
            "AIRFLOW_HOME": str(folder / ".airflow"),
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "No data found" in done.stdout
    with sqlite3.connect(folder / ".airflow" / "airflow.db") as database:
        return dict(database.execute("select dag_id, bundle_name from dag"))


@pytest.mark.slow
def test_all_examples_are_loaded(site: Path, project: Project, tmp_path: Path) -> None:
    shutil.copy(site / bundles.ALL, tmp_path)
    found = loaded(tmp_path, commands(site, 0))
    assert {example.item.stem for example in build.written(project)} <= set(found)
    assert set(found.values()) == {"dagbook"}


@pytest.mark.slow
def test_a_repository_is_followed(site: Path, project: Project, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    first = min(project.dags.rglob("16_*.py"))
    (repository / "dags").mkdir(parents=True)
    shutil.copy(first, repository / "dags")
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    found = loaded(tmp_path, commands(site, 1), REPOSITORY=repository.as_uri())
    assert first.stem in found
    assert set(found.values()) == {"dagbook"}
