"""Long tasks take turns, and a person's live run goes first."""

import subprocess
import sys
import time

from dagbook.locks import turn
from dagbook.project import Project

CHILD = """
import sys
from pathlib import Path
from dagbook.project import Project
from dagbook.locks import turn
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


TASK = """
import sys, time
from pathlib import Path
from dagbook.locks import turn
from dagbook.project import Project
root, name, urgent = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "urgent"
with turn(Project(root), name, urgent=urgent):
    with open(root / "order", "a") as order:
        order.write(name + "\\n")
    while not (root / ("end-" + name)).exists():
        time.sleep(0.02)
"""


def test_what_is_urgent_goes_before_what_has_waited_longer(tmp_path):
    Project(tmp_path).cache.mkdir(parents=True, exist_ok=True)
    started = []

    def start(name, kind, told):
        words = [sys.executable, "-c", TASK, str(tmp_path), name, kind]
        log = (tmp_path / f"{name}.log").open("w")
        started.append(subprocess.Popen(words, stderr=log))
        deadline = time.monotonic() + 30
        while told not in (tmp_path / f"{name}.log").read_text() + order():
            assert time.monotonic() < deadline, name
            time.sleep(0.02)

    def order():
        file = tmp_path / "order"
        return file.read_text() if file.exists() else ""

    start("first", "", "first")
    start("mutants", "", "waiting for first")
    start("live", "urgent", "waiting for first")
    for name in ("first", "live", "mutants"):
        (tmp_path / f"end-{name}").touch()
    assert [process.wait(30) for process in started] == [0, 0, 0]
    assert order().split() == ["first", "live", "mutants"]
