"""The files of an example are opened once, however many parts of the program ask."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COUNT = """
import collections, json, sys

opened = collections.Counter()


def hook(event, arguments):
    if event == "open":
        opened[str(arguments[0])] += 1


sys.addaudithook(hook)

from dagbook.checks.check import check
from dagbook.project import Project

check(Project.find(), live=True)
print(json.dumps(opened))
"""


def test_a_check_opens_each_file_once():
    done = subprocess.run(
        [sys.executable, "-c", COUNT], cwd=ROOT, text=True, capture_output=True
    )
    opened = {Path(name): times for name, times in json.loads(done.stdout).items()}
    folders = [ROOT / name for name in ("dags", "docs", "tests")]
    read = {
        path: times
        for path, times in opened.items()
        if path.suffix in (".py", ".md", ".json", ".yml")
        and any(path.is_relative_to(folder) for folder in folders)
    }
    assert len(read) > 300
    assert {path.name: times for path, times in read.items() if times != 1} == {}
