"""Answers kept by the hash of everything they depend on; never committed."""

from __future__ import annotations

import hashlib
import json
import os
import time
from functools import cache as once
from pathlib import Path
from typing import Any

from dagbook.project import Project

KEPT = 30 * 24 * 3600
"""Seconds after which an answer that nobody asks for may go."""


def key(*parts: str | bytes) -> str:
    """Return one hash over ``parts``, in their order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
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
    folder = project.cache / room
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}.{os.getpid()}"
    part.write_text(json.dumps(answer, sort_keys=True))
    part.replace(folder / f"{name}.json")


def tidy(project: Project, room: str) -> None:
    """Remove old answers; called when new ones are made, so never on a warm run."""
    limit = time.time() - KEPT
    for path in (project.cache / room).glob("*"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
