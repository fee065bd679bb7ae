"""Coverage: a tick needs the section, its code and a passed test of these files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import example_tree as tree
import pytest

from dagbook.examples.coverage import Coverage, coverage, tally
from dagbook.project import ExamplePaths, Project
from dagbook.spec import load as spec

ROOT = Path(__file__).resolve().parents[3]


def covered(project: Project) -> Coverage:
    return coverage(project, spec.load(project))


def test_a_complete_example_is_ticked(tmp_path: Path) -> None:
    found = covered(tree.write(tmp_path))
    state = found.by_id["7.1.1"]
    assert state.ticked
    assert state.to_do == ()
    assert [b.ticked for b in state.bullets] == [True, True]
    assert (found.total.items, found.total.items_ticked) == (3, 1)
    assert (found.total.bullets, found.total.bullets_ticked) == (4, 2)


def test_an_item_without_files_says_what_is_missing(tmp_path: Path) -> None:
    state = covered(tree.write(tmp_path)).by_id["7.1.2"]
    assert not state.started
    assert state.to_do == ("the example", "the page", "the test", "the recording")


def _change(key: str, replace: tuple[str, str]) -> Callable[[ExamplePaths], None]:
    def change(paths: ExamplePaths) -> None:
        path = getattr(paths, key)
        text = path.read_text()
        assert replace[0] in text
        path.write_text(text.replace(*replace))

    return change


def _no_tests_passed(paths: ExamplePaths) -> None:
    data = json.loads(paths.recording.read_text())
    data["tests"]["passed"] = []
    paths.recording.write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("change", "ticks", "to_do"),
    [
        (lambda p: p.dag.unlink(), [False, False], ("the example",)),
        (lambda p: p.page.unlink(), [False, False], ("the page",)),
        (lambda p: p.test.unlink(), [False, False], ("the test",)),
        (lambda p: p.recording.unlink(), [False, False], ("the recording",)),
        (lambda p: p.recording.write_text("["), [False, False], ("the recording",)),
        (_no_tests_passed, [False, False], ("a passed test",)),
        (
            _change("dag", ("[1, 2]", "[1, 3]")),
            [False, False],
            ("a new recording: the example has changed since",),
        ),
        (
            _change("test", ("== 3", "== 4")),
            [False, False],
            ("a new recording: the test has changed since",),
        ),
        (
            _change("page", ("## The error", "### The error")),
            [True, False],
            ("“Shows the error”: the section",),
        ),
        (
            _change("page", (":guard", ":gard")),
            [True, False],
            ("“Shows the error”: code of the example in its section",),
        ),
        (
            _change("page", (f"{tree.DAG_PATH}:total", "docs/spec/7_small_things.md")),
            [False, True],
            ("“Shows the sum”: code of the example in its section",),
        ),
    ],
)
def test_no_tick_without_proof(
    tmp_path: Path,
    change: Callable[[ExamplePaths], None],
    ticks: list[bool],
    to_do: tuple[str, ...],
) -> None:
    project = tree.write(tmp_path)
    change(tree.paths_of(project))
    state = covered(project).by_id["7.1.1"]
    assert not state.ticked
    assert state.started
    assert [b.ticked for b in state.bullets] == ticks
    assert state.to_do == to_do


def test_the_sums_of_the_contract() -> None:
    found = covered(Project(ROOT))
    assert (found.total.items, found.total.bullets) == (186, 678)
    done = [state for state in found.states if state.ticked]
    assert tally(done).bullets == tally(done).bullets_ticked
