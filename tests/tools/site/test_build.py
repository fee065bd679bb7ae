"""The generated files of the site, written into a folder without MkDocs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from example_tree import FOLDER, STEM, paths_of, write

from dagbook.project import Project
from dagbook.site import build as site


def generate(root: Path, out: Path, script: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script), str(out)],
        env={**os.environ, "DAGBOOK_ROOT": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def script(request: pytest.FixtureRequest) -> Path:
    return request.config.rootpath / "hooks/gen_files.py"


def test_gen_files_runs_alone(tmp_path: Path, script: Path) -> None:
    project = write(tmp_path / "tree")
    assets = script.parents[1] / "docs/assets"
    shutil.copytree(assets, project.docs / "assets", dirs_exist_ok=True)
    done = generate(project.root, tmp_path / "out", script)
    assert done.returncode == 0, done.stderr
    out, paths = tmp_path / "out", paths_of(project)
    # What readers take has no marks of sections, and is the file in all else.
    for path in (paths.dag, paths.test):
        kept = [line for line in path.read_text().splitlines() if "8<--" not in line]
        assert (out / FOLDER / path.name).read_text().splitlines() == kept
    assert (out / FOLDER / f"{STEM}.json").read_bytes() == paths.recording.read_bytes()
    page = (out / FOLDER / f"{STEM}.md").read_text()
    assert "```dagbook-header\n" in page
    assert f"{FOLDER}/{STEM}.md" in (out / "SUMMARY.md").read_text()


def test_gen_files_says_what_stops_it(tmp_path: Path, script: Path) -> None:
    project = write(tmp_path / "tree")
    paths_of(project).recording.unlink()
    done = generate(project.root, tmp_path / "out", script)
    assert done.returncode == 1
    assert f"docs/{FOLDER}/{STEM}.md: 7.1.1 has no recording — run" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_module_is_in_the_reference_of_its_package(
    request: pytest.FixtureRequest,
) -> None:
    pages = dict(site.reference(Project(request.config.rootpath)))
    views = pages["contributing/reference/dagbook_views.md"]
    assert "::: dagbook.views.graph\n" in views
    live = pages["contributing/reference/dagbook_live.md"]
    assert "::: dagbook.live.servers.cluster\n" in live
    assert "::: dagbook.cache\n" in pages["contributing/reference/dagbook.md"]
    index = pages["contributing/reference/index.md"]
    assert all(
        page.rpartition("/")[2] in index for page in pages if "index" not in page
    )
    assert not [page for page in pages if "__" in page]


def test_pages_for_contributors_are_not_in_the_search() -> None:
    assert "exclude: true" in site.quiet("contributing/a.md", "# A\n")
    assert site.quiet("index.md", "# A\n") == "# A\n"
    front = "---\ntitle: A\n---\n# A\n"
    assert site.quiet("contributing/a.md", front) == front
