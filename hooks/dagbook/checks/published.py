"""What is published carries nothing private."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.problems import Problem
from dagbook.recording.leaks import leaks

_HOME = re.compile(r"(?<![\w.:/<>~-])/(?:home|Users)/[a-z]\w*|(?<![\w.:/<>~-])/root/\w")

_IN_PROSE = {"an absolute path", "a bearer token"}
"""What recordings must not carry, but prose and tests may: /tmp, a made-up header."""

_DATA = {".json", ".yml"}
_TEXT = {".py", ".md", ".json", ".css", ".js", ".svg", ".yml", ".toml"}


def _home(text: str) -> bool:
    """Tell whether ``text`` names somebody's own folder; most have no such word."""
    words = ("/home/", "/Users/", "/root/")
    return any(word in text for word in words) and bool(_HOME.search(text))


@rule("text")
def private(path: Path, tree: Tree) -> Iterator[Problem]:
    """Refuse a token, key, password, home folder or host name in what is published."""
    own, text = str(tree.project.root), files.text(path)
    if own not in text and not _home(text) and not leaks(text):
        return  # most files: read once as a whole
    for number, line in enumerate(text.splitlines(), 1):
        found = [one for one in leaks(line) if one not in _IN_PROSE]
        if own in line or _home(line):
            found.insert(0, "an absolute path of somebody's machine")
        for what in found:
            name = tree.project.relative(path)
            remedy = "write a relative path or a placeholder"
            yield Problem(name, number, f"carries {what}", remedy)


def texts(tree: Tree) -> Iterator[Path]:
    """Yield the text files that reach a reader; recordings have rules of their own.

    Tests of the tools are left out: they show what is private in order to refuse it.
    """
    if tree.only is not None:
        for example in tree.examples:
            own = (example.paths.dag, example.paths.page, example.paths.test)
            yield from (path for path in own if path.is_file())
        return
    project = tree.project
    for path in sorted(project.root.iterdir()):
        if path.is_file() and (path.suffix in _TEXT or path.name == "Makefile"):
            yield path
    for folder in (project.tests, project.tests / "concepts"):  # shown on pages
        yield from (p for p in sorted(folder.glob("*.*")) if p.suffix in _DATA)
    folders = [project.docs, project.dags, project.root / "hooks"]
    folders += [project.tests / file.slug for file in tree.spec.files]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            recording = path.suffix == ".json" and "tests" in path.parts
            if path.suffix in _TEXT and path.is_file() and not recording:
                yield path
