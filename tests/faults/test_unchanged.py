"""A tree in which nothing was found is not looked at twice, any other one is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tree import Tree

from dagbook.checks import check
from dagbook.checks import fingerprint as unchanged


@pytest.fixture
def looks(monkeypatch) -> list[str]:
    """What was looked at, one entry for each whole check."""
    seen: list[str] = []
    whole = check._check

    def look(*arguments):
        seen.append("check")
        return whole(*arguments)

    monkeypatch.setattr(check, "_check", look)
    return seen


def test_a_clean_tree_is_looked_at_once(tree: Tree, looks: list[str]) -> None:
    assert check.check(tree.project) == []
    assert check.check(tree.project) == []
    assert looks == ["check"]


def test_what_else_is_asked_is_looked_at_apart(tree: Tree, looks: list[str]) -> None:
    item = "16.1.1"
    assert check.check(tree.project) == check.check(tree.project, only=item) == []
    assert looks == ["check", "check"]


@pytest.mark.parametrize(
    "name", ["README.md", "docs/index.md", "docs/assets/colours.css", "hooks/new.py"]
)
def test_any_changed_file_has_the_tree_looked_at_again(
    tree: Tree, looks: list[str], name: str
) -> None:
    path = tree.project.root / name
    check.check(tree.project)
    path.write_text((path.read_text() if path.exists() else "") + "\n")
    check.check(tree.project)
    assert looks == ["check", "check"]


def test_a_link_to_nowhere_is_no_end_of_the_check(tree: Tree) -> None:
    """Such as the lock that Emacs puts beside a page while it is edited."""
    before = unchanged.fingerprint(tree.project)
    for folder, name in (
        (tree.project.docs, "index.md"),
        (tree.first.dag.parent, "a.py"),
    ):
        (folder / f".#{name}").symlink_to("ada@desk.4711")
    assert check.check(tree.project) == []
    assert unchanged.fingerprint(tree.project) != before


def test_a_removed_file_has_the_tree_looked_at_again(
    tree: Tree, looks: list[str]
) -> None:
    check.check(tree.project)
    next(tree.project.tests.rglob("1*/**/*.json")).unlink()
    assert check.check(tree.project) != []
    assert looks == ["check", "check"]


def test_a_problem_is_told_each_time(tree: Tree, looks: list[str]) -> None:
    next(tree.project.tests.rglob("1*/**/*.json")).unlink()
    first = check.check(tree.project)
    assert first
    assert check.check(tree.project) == first
    assert looks == ["check", "check"]


def test_another_day_is_another_tree(tree: Tree, monkeypatch) -> None:
    """A date of these days is looked for in recordings."""
    today = unchanged.fingerprint(tree.project)

    class Tomorrow(unchanged.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + timedelta(days=1)

    monkeypatch.setattr(unchanged, "datetime", Tomorrow)
    assert unchanged.fingerprint(tree.project) != today


def test_what_is_saved_during_the_check_is_looked_at(
    tree: Tree, monkeypatch, looks: list[str]
) -> None:
    whole = check._dags

    def save(*arguments, **options):
        (tree.project.root / "docs" / "index.md").open("a").write("\n")
        return whole(*arguments, **options)

    with monkeypatch.context() as during:
        during.setattr(check, "_dags", save)
        assert check.check(tree.project) == []
    assert check.check(tree.project) == []
    assert looks == ["check", "check"]
