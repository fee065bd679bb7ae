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


def source(*modules: str) -> str:
    """Return a hash over the text of modules of this package, by file name."""
    folder = Path(__file__).parent
    return key(*(folder.joinpath(name).read_bytes() for name in modules))


@once
def program() -> str:
    """Return a hash over the text of this whole package."""
    package = Path(__file__).parent
    modules = sorted(path.relative_to(package) for path in package.rglob("*.py"))
    return source(*(path.as_posix() for path in modules))


def read(project: Project, room: str, name: str) -> Any | None:
    """Return what was kept under ``name``, ``None`` if nothing (readable) was.

    Args:
        project: the checkout.
        room: the folder for one kind of answer.
        name: a ``key``.
    """
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
