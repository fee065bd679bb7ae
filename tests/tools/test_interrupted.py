"""Ctrl-C: what was begun is cleared away before the command ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import example_tree as tree

from dagbook.parsing import client

SLOW = """
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent

@pytest.fixture
def folder():
    (HERE / "made").mkdir()
    yield
    time.sleep(1)
    (HERE / "made").rmdir()


def test_sum(folder):
    time.sleep(60)
"""


def until(seen) -> None:
    end = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_record_ends_when_pytest_has_cleared_away(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    test = tree.paths_of(project).test
    test.write_text(SLOW)
    made = test.with_name("made")
    process = subprocess.Popen(
        [sys.executable, "-m", "dagbook", "record", "--only", "7.1.1"],
        env={**os.environ, "DAGBOOK_ROOT": str(tmp_path)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        # A process that a shell has put in the background ignores Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until(made.exists)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) == 1
    assert not made.exists()


def test_a_parse_worker_that_still_imports_airflow_leaves_no_folder(
    tmp_path: Path, monkeypatch
) -> None:
    client.close()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    client._worker(tmp_path, "")
    until(lambda: list(tmp_path.glob("dagbook-parse-*")))
    client.close()
    assert not list(tmp_path.glob("dagbook-parse-*"))
