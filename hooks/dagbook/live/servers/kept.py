"""The one Airflow that stays up between two commands of a checkout."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from dagbook import cache
from dagbook.live.servers.settings import Settings
from dagbook.live.servers.supervisor_client import Keeping

Kept = tuple[Path, Settings, Keeping]


def save(state: Path, settings: Settings, keeping: Keeping, idle: float) -> None:
    """Let others use the Airflow; write for its owner where it is, with passwords."""
    keeping.keep(idle)
    data = asdict(settings) | {"program": program(settings.plugins)}
    state.touch(mode=0o600)
    state.write_text(json.dumps(data, default=str), encoding="utf-8")


def find(state: Path, progress: Callable[[str], None]) -> Kept | None:
    """Return folder, settings and processes of the Airflow that ``state`` names.

    One that is broken, or was started by an older program, is ended, and ``state``
    stays: another is to be kept in its place. Of one that is gone nothing stays.
    """
    try:
        data = json.loads(state.read_text(encoding="utf-8"))
        folder = Path(data["home"]).parent
        keeping = Keeping(folder, kept=True)
    except (OSError, ValueError, KeyError):
        state.unlink(missing_ok=True)
        return None
    old = data.pop("program")
    paths = {name: Path(data[name]) for name in ("home", "dags", "plugins", "cache")}
    settings = Settings(**(data | paths))
    ended = sorted(keeping.exits())
    if old == program(settings.plugins) and not ended:
        return folder, settings, keeping
    why = f"{', '.join(ended)} has ended" if ended else "its program has changed"
    progress(f"the Airflow that is up is started anew: {why}")
    end(keeping)
    return None


def end(keeping: Keeping) -> None:
    """Stop a kept Airflow and remove what it left."""
    keeping.shutdown()
    shutil.rmtree(keeping.folder, ignore_errors=True)


def program(plugins: Path | None) -> str:
    """Return a hash over what an Airflow reads once, when it starts."""
    read = sorted(plugins.rglob("*.py")) if plugins else []
    texts = [path.read_bytes() for path in read]
    ours = cache.source("live/servers")
    return cache.key(version("apache-airflow-core"), ours, *texts)
