"""Gives each fault a fresh copy of the small tree."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tree import Tree  # noqa: E402

from dagbook.parsing import client as parse_pool  # noqa: E402


@pytest.fixture(scope="session")
def model(tmp_path_factory) -> Path:
    """A complete copy with a warm cache, which no test may touch."""
    from dagbook.checks.check import check

    root = tmp_path_factory.mktemp("model")
    tree = Tree(root / "tree")
    tree.project.root.mkdir()
    tree.copy()
    check(tree.project)
    yield tree.project.root
    parse_pool.close()


@pytest.fixture
def tree(model, tmp_path, monkeypatch) -> Tree:
    """A copy of its own for one test."""
    root = tmp_path / "tree"
    shutil.copytree(model, root)
    monkeypatch.setenv("DAGBOOK_ROOT", str(root))
    return Tree(root)
