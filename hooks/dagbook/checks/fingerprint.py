"""Whether the tree is the one that the last check found nothing wrong with.

A check has many inputs and a person's disk one tree: so the answer is kept for the tree
as a whole. Whatever changes, if only one character of one file, everything is checked.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from dagbook import cache, files
from dagbook.parsing import parse as parsing
from dagbook.problems import DagbookError
from dagbook.project import Project

_ROOM = "unchanged"
_FOLDERS = (".ci", ".github", "dags", "docs", "hooks", "tests")
_PACKAGES = (*parsing.PACKAGES, "pymdown-extensions", "pygments")


def fingerprint(project: Project, *arguments: object) -> str:
    """Return a hash of everything that a check depends on.

    That is the text of each file, the arguments of the check, this machine's name
    (which no text may carry), the date (which no recording may carry), and the
    versions of what reads the files.

    Args:
        project: the checkout.
        arguments: what the check was asked for.
    """
    parts: list[str | bytes] = [
        cache.program(),  # it may judge another checkout than its own
        *(str(argument) for argument in arguments),
        *(f"{name} {metadata.version(name)}" for name in _PACKAGES),
        *(str(part) for part in (project.root, socket.gethostname(), sys.version)),
        os.environ.get("DAGBOOK_PARSE_LIMIT", ""),
        f"{datetime.now(UTC):%Y-%m-%d}",
    ]
    for path in entries(project):
        parts += [path.relative_to(project.root).as_posix(), _content(path)]
    return cache.key(*parts)


def _content(path: Path) -> bytes:
    """Return a file's bytes; none for one that an editor has just taken away again.

    Editors leave links to nowhere and scratch files beside what is being written.
    """
    try:
        return files.content(path)
    except DagbookError:
        return b""


def clean(project: Project, tree: str) -> bool:
    """Tell whether a check found nothing in the tree with this fingerprint."""
    return cache.read(project, _ROOM, tree) is True


def keep(project: Project, tree: str) -> None:
    """Keep that a check found nothing in the tree with this fingerprint."""
    cache.write(project, _ROOM, tree, True)
    cache.tidy(project, _ROOM)


def entries(project: Project) -> Iterator[Path]:
    """Yield all files of the tree in order, and folders that may pass for one."""
    for path in sorted(project.root.iterdir()):
        if path.is_file() or path.suffix or path.is_symlink():
            yield path
    for folder in _FOLDERS:
        for place, folders, names in os.walk(project.root / folder):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            odd = [n for n in folders if "." in n or os.path.islink(f"{place}/{n}")]
            yield from (Path(place, name) for name in sorted([*names, *odd]))
