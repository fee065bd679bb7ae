"""Committed recordings, of ``dag.test()`` and of a real scheduler alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import RecordingFile, Tree
from dagbook.examples.example import Example
from dagbook.files import sha256
from dagbook.problems import Problem
from dagbook.recording.file import sealed
from dagbook.recording.leaks import leaking_lines


@rule("example")
def there(example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a test whose recording is missing, and a recording without its test."""
    for live in (False, True):
        one = RecordingFile(example, live)
        if one.test.is_file() and example.paths.dag.is_file():
            if not one.path.is_file():
                yield Problem(one.name, 0, "the recording is missing", one.again)
        elif live and one.path.is_file() and example.paths.dag.is_file():
            yield Problem(one.name, 0, "no test makes this recording", "remove it")


@rule("recording")
def seal(one: RecordingFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a recording that was edited by hand."""
    if not sealed(one.text):
        what = "the recording was edited by hand"
        yield Problem(one.name, 0, what, f"undo that, or {one.again}")


@rule("recording")
def stale(one: RecordingFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a recording of another version of the DAG file or of the test."""
    for key, file in (("source", one.example.paths.dag), ("tests", one.test)):
        if file.is_file() and one.data[key]["sha256"] != sha256(file):
            changed = tree.project.relative(file)
            what = f"the recording is stale: {changed} has changed since"
            yield Problem(one.name, 0, what, one.again)


@rule("recording")
def own(one: RecordingFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a recording of another example, and a passed test that is not there."""
    data, name = one.data, tree.project.relative
    wanted = {
        "id": (data["id"], one.example.item.id),
        "source": (data["source"]["path"], name(one.example.paths.dag)),
        "tests": (data["tests"]["path"], name(one.test)),
    }
    for key, (said, own) in wanted.items():
        if said != own:
            what = f"the recording names {said} as its {key}, and this is {own}"
            yield Problem(one.name, 0, what, one.again)
    if one.test.is_file() and data["tests"]["sha256"] == sha256(one.test):
        test = files.text(one.test)
        for word in sorted(
            {known.partition("[")[0] for known in data["tests"]["passed"]}
        ):
            if not re.search(rf"\bdef {re.escape(word)}\(", test):
                what = f"the recording names the test {word}, and there is none"
                yield Problem(one.name, 0, what, one.again)


@rule("recording")
def passed(one: RecordingFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a recording that names no passed test."""
    if not one.data["tests"]["passed"]:
        what = "no test of the example has passed"
        yield Problem(one.name, 0, what, one.again)


@rule("recording")
def leak(one: RecordingFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a recording with a token, key, password, home folder or host name."""
    remedy = (
        "keep it out of the example's output, or give it a named mask in "
        f"hooks/dagbook/recording/masks.py, and {one.again}"
    )
    for number, what in leaking_lines(one.text):
        yield Problem(one.name, number, f"the recording carries {what}", remedy)


@rule("recording")
def of_today(one: RecordingFile, tree: Tree) -> Iterator[Problem]:
    """Refuse a recording with a date of these days, which is another one tomorrow.

    The masks take the moment of the test away. What is left of today comes from a test
    that reckons with the clock.
    """
    now = datetime.now(UTC)
    days = [f"{now + timedelta(days=offset):%Y-%m-%d}" for offset in range(-2, 3)]
    if found := re.search("|".join(days), one.text):
        line = one.text.count("\n", 0, found.start()) + 1
        what = f"carries {found[0]}, which is another date at the next run"
        remedy = f"give the test a fixed date, and {one.again}"
        yield Problem(one.name, line, what, remedy)
