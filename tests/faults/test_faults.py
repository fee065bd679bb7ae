"""Every way to break the tree is refused with a message of its own.

The message names the place and the page that a reader would see it on, and says what to
do; nothing else is reported than what follows from the fault.
"""

import os
import re
import subprocess
import sys

import configuration  # noqa: F401  # more faults
import declared
import markup  # noqa: F401
import odd_files  # noqa: F401
import pytest
import recorded  # noqa: F401
import unreadable  # noqa: F401
from tree import HERE, Tree

from dagbook.checks.check import check
from faults import FAULTS, Fault


def test_the_whole_tree_is_fine(tree):
    assert [str(problem) for problem in check(tree.project)] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_refused(tree: Tree, monkeypatch, fault: Fault):
    for name, value in fault.environment:
        monkeypatch.setenv(name, value)
    places = fault.do(tree).split("|")
    found = check(tree.project)
    text = "\n".join(str(problem) for problem in found)
    named = [p for p in found if re.search(fault.message, f"{p.what} — {p.remedy}")]
    assert named, text
    where = [f"{p.path}:{p.line}" if p.line else p.path for p in named]
    assert set(where) & set(places), text
    for problem in named:
        assert problem.remedy
        if fault.page:
            assert tree.page in (problem.page, problem.path), text
    others = [p for p in found if p not in named]
    assert all(fault.also and re.search(fault.also, p.what) for p in others), text
    assert str(tree.project.root) not in text


def test_messages_tell_the_faults_apart():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 24


def dagbook(tree: Tree, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DAGBOOK_ROOT": str(tree.project.root)}
    return subprocess.run(
        [sys.executable, "-m", "dagbook", *words],
        cwd=tree.project.root,
        env=environment,
        text=True,
        capture_output=True,
    )


def test_the_command_prints_one_line_for_each_problem_and_fails(tree):
    line = tree.at_import("def broken(:")
    ended = dagbook(tree, "check")
    assert ended.returncode == 1
    first, stale, proven = ended.stdout.splitlines()
    assert first.startswith(f"{tree.dag}:{line}: syntax error: ")
    assert first.endswith(f"(shown on {tree.page})")
    assert stale.startswith(f"{tree.recording}: the recording is stale")
    assert "make live ONLY=16.1.1" in proven
    assert "3 problems" in ended.stderr


def test_the_command_looks_only_at_what_it_is_told(tree):
    tree.at_import("def broken(:")
    assert dagbook(tree, "check", "--only", "16.1.5").returncode == 0
    assert dagbook(tree, "check", "--only", "16.1.1").returncode == 1
    assert dagbook(tree, "check", "--only", "99.1.1").returncode == 1


def test_landing_a_change_needs_a_run_on_a_real_scheduler(tree):
    assert check(tree.project, live=True) == []
    tree.path("tests/parity.json").unlink()
    (lost,) = check(tree.project, live=True, only="16.1.1")
    assert declared.NO_RESULTS.search(lost.what)
    tree.write("tests/parity.json", '{"examples": {}, "format": 1}\n')
    assert check(tree.project) == []
    found = check(tree.project, live=True, only="16.1.1")
    assert [(p.path, p.page) for p in found] == [("tests/parity.json", tree.page)]
    assert found[0].what == "16.1.1: never run on a real scheduler"


def test_a_declared_difference_must_show_itself(tree):
    entry = "live_difference:\n- {scenario: default, expected: failed, reason: x}\n"
    tree.replace(tree.page, "summary: ", f"{entry}summary: ")
    (found,) = check(tree.project, live=True)
    assert found.path == tree.page
    assert found.what == "live_difference: scenario “default” does not differ so"
    assert found.remedy == "remove the entry “x”, or correct it"


@pytest.mark.parametrize(("wrong", "message"), declared.RESULTS)
def test_forged_results_of_a_real_scheduler_are_refused(tree, wrong, message):
    declared.parity(tree, **wrong)
    found = check(tree.project, live=True)
    said = [p for p in found if re.search(message, p.what)]
    assert said, found
    assert all(p.path == "tests/parity.json" and p.remedy for p in said)


def test_a_lowest_version_needs_tests_that_passed_there(tree):
    declared.airflow(tree, '">=3.0"')
    assert check(tree.project) == []
    found = [p.what for p in check(tree.project, live=True)]
    assert "declares Airflow >=3.0, on which its tests never passed" in found


def test_the_real_tree_is_what_was_copied(tree):
    for name in (tree.dag, tree.test, tree.recording):
        assert (HERE / name).read_bytes() == tree.path(name).read_bytes()


def test_a_log_line_cannot_become_markup(tree):
    """Text from a run is shown, whatever it is; it never becomes a part of the page."""
    from dagbook.fences import render as fences

    tree.log("INFO <script>alert('x')</script> & **bold**")
    assert check(tree.project) == []
    body = "example: 16.1.1\nscenario: default\nshow: ['log:extract']\n"
    html = fences.render("run", body, tree.project)
    assert "&lt;script&gt;" in html
    assert "<script" not in html
