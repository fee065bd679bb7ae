"""What the tests of the tools share: the small example tree, and small DAG files."""

import sys
from pathlib import Path

import pytest

from dagbook.running import environment
from dagbook.running.dag_test import warm_up
from dagbook.running.example import Example
from dagbook.running.plugin import HARNESS, MutatedPaths

sys.path.insert(0, str(Path(__file__).parent / "support"))


@pytest.fixture
def written(request, tmp_path, monkeypatch):
    """Return a function that makes an example of a stem and the text of a DAG file."""

    def write(stem: str, text: str) -> Example:
        harness = request.config.stash[HARNESS]
        warm_up(harness.home)
        file = tmp_path / f"{stem}.py"
        file.write_text(text)
        monkeypatch.chdir(tmp_path)
        environment.reset(harness.project, harness.home)
        paths = MutatedPaths(harness.project, "98_written/01_in_a_test", stem, file)
        return Example(paths, harness.home, tmp_path, harness.api)

    return write
