"""Long tasks take turns."""

import subprocess
import sys
import time

from dagbook.locks import turn
from dagbook.project import Project

CHILD = """
import sys
from pathlib import Path
from dagbook.project import Project
from dagbook.turns import turn
with turn(Project(Path(sys.argv[1])), "the second"):
    print("second", flush=True)
"""


def test_the_second_waits_says_for_whom_and_goes_on(tmp_path):
    with turn(Project(tmp_path), "the first"):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        waits = child.stderr.readline()
        assert waits.startswith("the second: waiting for the first (process ")
        assert child.poll() is None
    out, _ = child.communicate(timeout=30)
    assert out == "second\n"


def test_a_turn_ends_with_an_error_too(tmp_path):
    project = Project(tmp_path)
    try:
        with turn(project, "the first"):
            raise RuntimeError
    except RuntimeError:
        pass
    began = time.monotonic()
    with turn(project, "the second"):
        assert time.monotonic() - began < 5
