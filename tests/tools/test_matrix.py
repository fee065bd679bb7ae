"""Which examples belong on which Airflow, and which of them passed there."""

import sys
from pathlib import Path

import pytest

from dagbook import matrix
from dagbook.examples import versions as proven
from dagbook.examples.versions import numbers, runs_on
from dagbook.project import Project
from dagbook.spec.load import load
from dagbook.spec.model import Item

TAGS = "['reference', 'core', 'beginner', 'success']"


@pytest.mark.parametrize(
    ("lowest", "version", "able"),
    [
        ("3.1", "3.1.8", True),
        ("3.3", "3.2.2", False),
        ("3.3", "3.10.0", True),
        ("3.2.2", "3.2.1", False),
    ],
)
def test_an_example_runs_from_its_lowest_version_on(lowest, version, able):
    assert runs_on(lowest, version) is able


def test_versions_are_numbers():
    assert numbers("3.10.2") > numbers("3.9.10")


@pytest.fixture
def examples(tmp_path) -> tuple[Project, list[Item]]:
    """Three small examples: one whose test passes, one that fails, one that hangs."""
    project = Project(tmp_path)
    project.spec.mkdir(parents=True)
    lines = ["# 7 Things", "", "# 7.1 First Things", ""]
    for number, body in enumerate(("pass", "assert False", "time.sleep(60)"), 1):
        stem = f"07_01_0{number}_thing"
        lines += [f"### - [ ] 7.1.{number} Thing {number}"]
        lines += [f"Filename: `{stem}.py` | Tags: `{TAGS}`", "- [ ] It works", ""]
        paths = project.example("7_things/01_first_things", stem)
        for path in (paths.dag, paths.test):
            path.parent.mkdir(parents=True, exist_ok=True)
        paths.dag.write_text(f"number = {number}\n")
        paths.test.write_text(f"import time\n\ndef test_it():\n    {body}\n")
    (project.spec / "7_things.md").write_text("\n".join(lines))
    return project, list(load(project).items)


def test_an_example_passed_when_all_of_its_tests_did(examples, monkeypatch):
    project, items = examples
    monkeypatch.setattr(matrix, "LIMIT", 20)
    python = Path(sys.executable)

    found = {item.id: passed for item, passed in matrix.run(project, python, items)}

    assert found == {"7.1.1": True, "7.1.2": False, "7.1.3": False}
    said = {i.id: matrix.log_of(project, python, i).read_text() for i in items}
    assert "1 passed" in said["7.1.1"]
    assert "assert False" in said["7.1.2"]
    assert "ended from outside after 20 s" in said["7.1.3"]


def test_a_result_is_of_the_file_that_was_run(examples):
    project, (item, other, _) = examples
    matrix.save(project, "3.2.2", item, False)
    matrix.save(project, "3.3.2", item, True)
    assert proven.fates(project, item) == {"3.2.2": "failed", "3.3.2": "passed"}
    assert proven.fates(project, other) == {}
    item.paths(project).dag.write_text("number = 5\n")
    assert proven.fates(project, item) == {}
    matrix.save(project, "3.3.2", item, False)
    assert proven.fates(project, item) == {"3.3.2": "failed"}
