"""Starts ``dagbook.parsing.server``, keeps it for the next call, and ends it.

One worker serves every root without plugins, or one root with one state of its plugins.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dagbook.parsing.model import fault

Message = dict[str, Any]

_lock = threading.Lock()
_workers: dict[str, subprocess.Popen[bytes]] = {}
_HOOKS = Path(__file__).parents[2]


def ask(
    root: Path, companions: str, requests: Mapping[str, Message]
) -> Iterator[tuple[str, Message]]:
    """Yield the answer to each request by its name, in the order they are ready.

    Another digest of ``companions`` (the plugins) starts another worker. One that dies
    is started again with what is left; what kills it twice becomes a problem.
    """
    names = dict(enumerate(requests))
    with _lock:
        for _ in range(2):
            for number, answer in _talk(root, companions, requests, names):
                yield names.pop(number), answer
            if not names:
                return
            close()
        what = "was not parsed: the parse worker ended early"
        remedy = "run it by hand to see why: python -m dagbook.parsing.server"
        for name in names.values():
            yield name, {"problems": [fault(0, what, remedy, cacheable=False)]}


def close() -> None:
    """End every worker; a later call starts a new one."""
    for worker in _workers.values():
        with contextlib.suppress(OSError):
            if worker.stdin:
                worker.stdin.close()
        # One that still imports Airflow hears a signal, and removes its folder.
        for patience, harder in ((2, worker.terminate), (8, worker.kill)):
            try:
                worker.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                harder()
        worker.wait()
        if worker.stdout:
            worker.stdout.close()
    _workers.clear()


def _talk(
    root: Path, companions: str, requests: Mapping[str, Message], names: dict[int, str]
) -> Iterator[tuple[int, Message]]:
    worker = _worker(root, companions)
    if worker.stdin is None or worker.stdout is None:
        return
    asked = (requests[name] | {"id": number} for number, name in names.items())
    text = "".join(f"{json.dumps(one)}\n" for one in asked).encode()
    # A thread writes, so that neither side waits for the other with full pipes.
    writer = threading.Thread(target=_write, args=(worker, text), daemon=True)
    writer.start()
    left = len(names)
    while left and (line := worker.stdout.readline()):
        answer = json.loads(line)
        if "id" in answer:
            left -= 1
            yield answer["id"], answer
    writer.join(timeout=1)


def _write(worker: subprocess.Popen[bytes], text: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        if worker.stdin:
            worker.stdin.write(text)
            worker.stdin.flush()


def _worker(root: Path, companions: str) -> subprocess.Popen[bytes]:
    plugins = root / "dags" / "plugins"
    used = plugins.is_dir() and any(plugins.iterdir())
    key = f"{plugins} {companions}" if used else ""
    worker = _workers.get(key)
    if worker is None or worker.poll() is not None:
        close()
        _workers[key] = worker = subprocess.Popen(
            [sys.executable, "-m", "dagbook.parsing.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(plugins if used else None),
            start_new_session=True,
        )
    return worker


def _environment(plugins: Path | None) -> dict[str, str]:
    """Return this environment without anything that configures another Airflow."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    if plugins:
        env["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(plugins)
    env["PYTHONHASHSEED"] = "0"
    env["PYTHONPATH"] = os.pathsep.join(
        part for part in (str(_HOOKS), env.get("PYTHONPATH", "")) if part
    )
    return env


atexit.register(close)
