"""The logs of a session: their last lines, and where they are kept after a failure."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

KEPT = 4


def tails(folder: Path, names: list[str] | None = None, lines: int = 15) -> str:
    """Return the last ``lines`` of each log, or of the components ``names``."""
    parts = []
    for log in sorted(folder.glob("*.log")):
        if names is None or log.stem in names:
            text = log.read_text(errors="replace").splitlines()[-lines:]
            parts.append("\n".join([f"--- {log.stem}", *text]))
    return "\n".join(parts)


def new_folder(folder: Path) -> Path:
    """Return a new folder's name below ``folder``, and remove all but the newest."""
    if folder.is_dir():
        found = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in found[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    return folder / f"{datetime.now():%Y-%m-%d-%H%M%S}-{os.getpid()}"
