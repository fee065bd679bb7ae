"""The bench's arithmetic and page; what it measures is measured by `make bench`."""

import sys
from pathlib import Path

import pytest
import yaml

from dagbook.bench import page, tree
from dagbook.bench.measure import Series, run
from dagbook.bench.site import Editor, SiteTimes
from dagbook.bench.suite import SuiteTimes
from dagbook.problems import DagbookError
from dagbook.project import Project

ROOT = Path(__file__).resolve().parents[3]


def series(*wall: float) -> Series:
    return Series(list(wall), list(wall))


def times(warm: float, edit: float, check: float) -> SiteTimes:
    return SiteTimes(
        pages=20,
        examples=10,
        bare=series(9.0, 10.0, 40.0),
        warm=series(warm),
        cold=series(20.0),
        bare_edit=series(2.0),
        edit=series(edit),
        check=series(check),
    )


def text(site: SiteTimes, suite: SuiteTimes | None = None) -> str:
    return page.render(site, suite or SuiteTimes(), ("dags/a.py", 0.25), 3)


def test_targets_are_judged_by_medians():
    said = text(times(warm=11.4, edit=2.5, check=3.0))
    assert "| Warm build, ratio to bare | 1.15 | 1.14 | met |" in said
    assert "| One edit, ratio to bare | 1.3 | 1.25 | met |" in said
    assert "| `dagbook check`, warm | 10 s | 3.0 s | met |" in said
    assert "10.0 s (9.0–40.0)" in said


def test_a_missed_target_is_said():
    said = text(times(warm=12.0, edit=2.8, check=11.0))
    assert said.count("**missed**") == 3


def test_the_scores_of_lighthouse_are_the_last_section_and_replaced():
    before = text(times(10.0, 2.0, 1.0))
    once = page.with_telephone(before, {"home": {"performance": 97, "seo": 99}}, 3)
    again = page.with_telephone(once, {"home": {"performance": 95, "seo": 100}}, 3)

    assert "| home | 97 | 99 |" in once
    assert (
        "| Page | performance | seo |\n| --- | --- | --- |\n| home | 95 | 100 |"
        in again
    )
    assert "| 97 |" not in again
    assert again.startswith(before.rstrip())
    assert again.removeprefix(before.rstrip()).strip() == page.telephone(again).strip()


@pytest.mark.parametrize(
    ("seconds", "minutes", "judged"), [(18.0, 28, "**missed**"), (3.0, 5, "met")]
)
def test_the_suite_is_scaled_to_all_examples(seconds, minutes, judged):
    suite = SuiteTimes(["a", "b"], 7, series(6.0), series(20.0), series(seconds), 2)
    said = text(times(10.0, 2.0, 1.0), suite)
    assert "| The example's tests | 3.0 s | 3.0 s | 7 |" in said
    assert "| `airflow dags test` | 10.0 s | 10.0 s | 2 |" in said
    assert "That is 0.30 of the time" in said
    assert f"{seconds / 2:.1f} s per example" in said
    assert f"take {minutes} minutes" in said
    assert f"of those that exist | 5 min | {minutes} min | {judged} |" in said


def test_the_page_does_not_name_the_machine_by_its_name():
    import socket

    said = text(times(10.0, 2.0, 1.0))
    assert "cores" in said
    if len(socket.gethostname()) > 5:
        assert socket.gethostname() not in said


def test_a_failed_command_has_no_speed(tmp_path):
    measured = Series()
    command = [sys.executable, "-c", "print('why'); raise SystemExit(3)"]
    with pytest.raises(DagbookError, match=r"the bench stops: it failed\nwhy"):
        run(measured, command, tmp_path, {}, "it")
    assert measured.wall == []


def test_a_command_is_timed_with_its_processor_time(tmp_path):
    measured = Series()
    code = "import os; print(os.environ.get('HOME'), os.environ['X'])"
    said = run(
        measured, [sys.executable, "-c", code], tmp_path, {"HOME": None, "X": "1"}, "it"
    )
    assert said.split() == ["None", "1"]
    assert measured.median > 0
    assert measured.cpu_median is not None


SMALL = """\
site_name: Small
plugins: []
"""


def test_an_edit_is_built_again(tmp_path):
    page_file = tmp_path / "docs" / "index.md"
    page_file.parent.mkdir()
    page_file.write_text("# Small\n")
    (tmp_path / "mkdocs.yml").write_text(SMALL)
    measured = Series()
    with Editor(Project(tmp_path), tmp_path / "mkdocs.yml", page_file) as editor:
        editor.edit(measured)
        editor.edit(measured)
    assert len(measured.wall) == len(measured.cpu) == 2
    assert page_file.read_text() == "# Small\n\nEdit number 2.\n"


def test_an_edit_that_fails_stops_the_bench(tmp_path):
    page_file = tmp_path / "docs" / "index.md"
    page_file.parent.mkdir()
    page_file.write_text("[x](nowhere.md)\n")
    (tmp_path / "mkdocs.yml").write_text(SMALL + "strict: true\nplugins: [nothing]\n")
    with (
        pytest.raises(DagbookError, match="failed after an edit"),
        Editor(Project(tmp_path), tmp_path / "mkdocs.yml", page_file),
    ):
        pass


def test_the_bare_configuration_has_our_pages_and_none_of_our_tools(tmp_path):
    full = tree.copy(Project(ROOT), tmp_path / "full")
    config = yaml.safe_load(tree.bare(full, tmp_path / "bare").read_text())
    names = [p if isinstance(p, str) else next(iter(p)) for p in config["plugins"]]
    assert "hooks" not in config
    assert "gen-files" not in names
    assert {"search", "literate-nav", "mkdocstrings"} <= set(names)
    assert "custom_fences" not in str(config["markdown_extensions"])
    docs = tmp_path / "bare" / "docs"
    assert (docs / "SUMMARY.md").is_file()
    assert len(list(docs.rglob("*.py"))) >= 1
