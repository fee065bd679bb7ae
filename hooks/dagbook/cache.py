"""Answers kept by the hash of everything they depend on; never committed."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from functools import cache as once
from pathlib import Path
from typing import Any

from dagbook import files
from dagbook.problems import DagbookError
from dagbook.project import Project

KEPT = 30 * 24 * 3600
"""Seconds after which an answer that nobody asks for may go."""


def key(*parts: str | bytes) -> str:
    """Return one hash over ``parts``, in their order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


PROGRAM = (".py", ".jinja")
"""What the program is written in: each such file decides what is kept."""


def source(*places: str) -> str:
    """Return a hash over the text of modules and packages, templates included.

    Args:
        places: files and folders relative to this package.

    Raises:
        FileNotFoundError: one of them does not exist.
    """
    top = Path(__file__).parent
    files: set[Path] = set()
    for place in (top / name for name in places):
        inside = [path for path in place.rglob("*") if path.suffix in PROGRAM]
        files.update(inside or [place])
    named = sorted((path.relative_to(top).as_posix(), path) for path in files)
    return key(*(part for name, path in named for part in (name, path.read_bytes())))


@once
def program() -> str:
    """Return a hash over the text of this whole package."""
    return source(".")


def read(project: Project, room: str, name: str) -> Any | None:
    """Return what was kept in ``room`` under a ``key``; ``None`` if nothing is."""
    path = project.cache / room / f"{name}.json"
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def write(project: Project, room: str, name: str, answer: Any) -> None:
    """Keep ``answer``; two processes may do so at once."""
    made = json.dumps(answer, sort_keys=True)
    with suppress(DagbookError):  # a full disk: then it is not kept
        files.write(project.cache / room / f"{name}.json", made)


def tidy(project: Project, room: str) -> None:
    """Remove old answers; called when new ones are made, so never on a warm run."""
    limit = time.time() - KEPT
    for path in (project.cache / room).glob("*"):
        with suppress(OSError):  # another process may tidy too
            if path.stat().st_mtime < limit:
                path.unlink()
