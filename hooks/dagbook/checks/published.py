"""What is published carries nothing private and no active markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagbook.problems import Problem
from dagbook.project import ExamplePaths, Project
from dagbook.recording.leaks import leaks
from dagbook.spec.model import Spec

_HOME = re.compile(r"(?<![\w.:/<>~-])/(?:home|Users)/[a-z]\w*|(?<![\w.:/<>~-])/root/\w")

_IN_PROSE = {"an absolute path", "a bearer token"}
"""What recordings must not carry, but prose and tests may: /tmp, a made-up header."""

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")

_SPAN = re.compile(r"(`+).+?\1")

_ACTIVE = re.compile(
    r"<\s*(script|iframe|object|embed|style|link|base)\b|\son[a-z]+\s*=\s*[\"']"
    r"|javascript:",
    re.I,
)

_TEXT = {".py", ".md", ".json", ".css", ".js", ".svg", ".yml", ".toml"}


def _home(text: str) -> bool:
    """Tell whether ``text`` names somebody's own folder; most have no such word."""
    words = ("/home/", "/Users/", "/root/")
    return any(word in text for word in words) and bool(_HOME.search(text))


def private(project: Project, files: Iterable[Path]) -> Iterator[Problem]:
    """Yield a problem for each line that names this machine or carries a secret.

    Args:
        project: the checkout; its own absolute path is private too.
        files: text files that are published.
    """
    own = str(project.root)
    for path in files:
        text = path.read_text("utf-8", errors="replace")
        if own not in text and not _home(text) and not leaks(text):
            continue  # most files: read once as a whole
        for number, line in enumerate(text.splitlines(), 1):
            found = [one for one in leaks(line) if one not in _IN_PROSE]
            if own in line or _home(line):
                found.insert(0, "an absolute path of somebody's machine")
            for what in found:
                name = project.relative(path)
                remedy = "write a relative path or a placeholder"
                yield Problem(name, number, f"carries {what}", remedy)


def of_today(project: Project, recording: Path) -> Iterator[Problem]:
    """Yield a problem when a recording carries a date of these days.

    The masks take the moment of the test away. What is left of today comes from a test
    that reckons with the clock, and will be another date at the next run.
    """
    now = datetime.now(UTC)
    days = [f"{now + timedelta(days=offset):%Y-%m-%d}" for offset in range(-2, 3)]
    text = recording.read_text("utf-8", errors="replace")
    if found := re.search("|".join(days), text):
        line = text.count("\n", 0, found.start()) + 1
        what = f"carries {found[0]}, which is another date at the next run"
        remedy = "give the test a fixed date, and record again"
        yield Problem(project.relative(recording), line, what, remedy)


def active(project: Project, files: Iterable[Path]) -> Iterator[Problem]:
    """Yield a problem for each line of a page that would run or load something.

    Args:
        project: the checkout.
        files: text files; only Markdown is judged, and code blocks and spans are not.
    """
    for path in files:
        if path.suffix != ".md":
            continue
        fence = ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            mark = _FENCE.match(line)
            if mark and (not fence or mark[1].startswith(fence)):
                fence = "" if fence else mark[1]
            elif not fence and (found := _ACTIVE.search(_SPAN.sub("", line))):
                name = project.relative(path)
                what = f"raw “{found[0].strip()}” in a page"
                yield Problem(name, number, what, "write it as code: `…`")


def published(project: Project, spec: Spec) -> Iterator[Path]:
    """Yield the text files that reach a reader; recordings are judged elsewhere.

    Tests of the tools are left out: they show what is private in order to refuse it.
    """
    for path in sorted(project.root.iterdir()):
        if path.is_file() and (path.suffix in _TEXT or path.name == "Makefile"):
            yield path
    folders = [project.docs, project.dags, project.root / "hooks"]
    folders += [project.tests / file.slug for file in spec.files]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _TEXT and path.is_file() and not _recording(path):
                yield path


def published_of(paths: ExamplePaths) -> Iterator[Path]:
    """Yield the text files of one example."""
    for path in (paths.dag, paths.page, paths.test):
        if path.is_file():
            yield path


def _recording(path: Path) -> bool:
    return path.suffix == ".json" and "tests" in path.parts
