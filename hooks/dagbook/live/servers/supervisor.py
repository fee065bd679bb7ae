"""Start a session's servers and end them with it, whatever happens to the session.

Run as ``python -m dagbook.live.servers.supervisor FOLDER``; one JSON request per line,
one JSON line each. It stops everything when told to, at a signal, and when its input
ends, as it does when the process that started it dies; then it also removes FOLDER.

Told to ``keep``, it outlives the session: others come through the Unix socket
``keeper.sock`` in FOLDER, until nobody came for so many seconds.

Tasks of Airflow outlive a killed scheduler in sessions of their own: on Linux the
keeper is the *subreaper* of all its descendants, and leaves none.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from typing import Any, NoReturn

import psutil

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int) -> None:
    """Call ``prctl`` where the system has it (Linux); elsewhere do nothing."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


class Keeper:
    """The processes by name, and what the requests do to them."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stop_signals: dict[str, int] = {}
        self.stages: dict[str, int] = {}
        self.door: socket.socket | None = None
        self.idle = 0.0

    def keep(self, request: dict[str, Any]) -> dict[str, Any]:
        """Go on without the session, until nobody comes for ``idle`` seconds."""
        self.idle = float(request["idle"])
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind("keeper.sock")  # short, and below the working folder
        os.chmod("keeper.sock", 0o600)
        self.door.listen()
        return {}

    def collect(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the exit code of ``name``, null while it runs; then forget it."""
        name = request["name"]
        code = self.children[name].poll()
        if code is not None:
            del self.children[name], self.stop_signals[name], self.stages[name]
        return {"exit": code}

    def start(self, request: dict[str, Any]) -> dict[str, Any]:
        """Start ``name`` with ``argv``, ``env``, ``log``, ``cwd``, ``uid`` and ``gid``.

        ``stop`` names the signal that asks it to end (default SIGTERM); what others
        need to end well has a higher ``stage``.
        """
        name = request["name"]
        running = self.children.get(name)
        if running is not None and running.poll() is None:
            return {"error": f"{name} is already running"}
        stop_signal = getattr(signal, request.get("stop", "SIGTERM"))

        identity: dict[str, Any] = {}
        if request.get("uid") is not None:
            identity = {"user": request["uid"], "group": request["gid"]}
            identity["extra_groups"] = []
        with open(request["log"], "ab") as log:
            process = subprocess.Popen(
                request["argv"],
                env=request["env"],
                cwd=request["cwd"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # If the keeper itself is killed hard, each server still ends.
                preexec_fn=partial(prctl, PR_SET_PDEATHSIG, stop_signal),
                **identity,
            )
        self.children[name] = process
        self.stop_signals[name] = stop_signal
        self.stages[name] = request.get("stage", 0)
        return {"pid": process.pid}

    def stop(self, request: dict[str, Any]) -> dict[str, Any]:
        """Stop ``name`` by ``signal`` or its own; after ``seconds`` kill it."""
        name = request["name"]
        process = self.children.get(name)
        if process is None:
            return {"error": f"{name} was never started"}
        number = self.stop_signals[name]
        if request.get("signal"):
            number = getattr(signal, request["signal"])
        killed = end([process], number, request.get("seconds", 15.0))
        return {"exit": process.returncode, "killed": bool(killed)}

    def state(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the pid and the exit code (null while it runs) of every process."""
        return {
            "pid": os.getpid(),
            "processes": {
                name: {"pid": process.pid, "exit": process.poll()}
                for name, process in self.children.items()
            },
            "descendants": [child.pid for child in descendants()],
        }

    def shutdown(self, request: dict[str, Any]) -> dict[str, Any]:
        """Stop everything, stage by stage, and every descendant that is left."""
        seconds = float(request.get("seconds", 10.0))
        killed: list[int] = []
        for stage in sorted(set(self.stages.values())):
            now = [self.children[n] for n, s in self.stages.items() if s == stage]
            later = [self.children[n] for n, s in self.stages.items() if s > stage]
            signals = {p.pid: self.stop_signals[n] for n, p in self.children.items()}
            killed += end(now, signals, seconds)
            killed += end_all_descendants(later)
        killed += end_all_descendants([])
        return {"killed": killed}


def descendants() -> list[psutil.Process]:
    """Return every living process below this one, zombies left out."""
    reap_orphans()
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if _status(child) != psutil.STATUS_ZOMBIE
    ]


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.Error:
        return str(psutil.STATUS_ZOMBIE)


def reap_orphans() -> None:
    """Collect adopted children that have ended, so that no zombie stays."""
    known = {process.pid for process in KEEPER.children.values()}
    for child in psutil.Process().children():
        if child.pid not in known and _status(child) == psutil.STATUS_ZOMBIE:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child.pid, os.WNOHANG)


def end(
    processes: list[subprocess.Popen[bytes]],
    signals: int | dict[int, int],
    seconds: float,
) -> list[int]:
    """Signal the processes, wait ``seconds``, kill the rest; return the killed."""
    for process in processes:
        if process.poll() is None:
            number = signals if isinstance(signals, int) else signals[process.pid]
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
    deadline = time.monotonic() + seconds
    killed = []
    for process in processes:
        try:
            process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed.append(process.pid)
    return killed


def end_all_descendants(spared: list[subprocess.Popen[bytes]]) -> list[int]:
    """Kill what is left below this process, but not ``spared`` and those below."""
    killed: list[int] = []
    for _ in range(50):
        keep: set[int] = set()
        for process in spared:
            if process.poll() is None:
                with contextlib.suppress(psutil.Error):
                    parent = psutil.Process(process.pid)
                    keep |= {process.pid}
                    keep |= {child.pid for child in parent.children(recursive=True)}
        left = [child for child in descendants() if child.pid not in keep]
        if not left:
            break
        for child in left:
            with contextlib.suppress(psutil.Error):
                child.kill()
                killed.append(child.pid)
        psutil.wait_procs(left, timeout=0.2)
    return killed


KEEPER = Keeper()


def tidy_up() -> None:
    """Remove the session's folder, which is the one argument of this program."""
    for folder in sys.argv[1:2]:
        shutil.rmtree(folder, ignore_errors=True)


class Asker:
    """One who asks: lines come from ``requests``, answers go to ``answers``."""

    def __init__(self, requests: int, answers: int) -> None:
        self.requests = requests
        self.answers = answers
        self.buffer = b""

    def fileno(self) -> int:
        """Return the file descriptor to wait for."""
        return self.requests

    def serve(self) -> bool:
        """Answer what has come; return whether the asker is still there."""
        try:
            chunk = os.read(self.requests, 1 << 16)
        except ConnectionError:
            chunk = b""
        self.buffer += chunk
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            request = json.loads(line)
            do = request.pop("do")
            try:
                answer = getattr(KEEPER, do)(request)
            except (OSError, ValueError, KeyError, AttributeError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            with contextlib.suppress(ConnectionError):
                os.write(self.answers, json.dumps(answer).encode() + b"\n")
            if do == "shutdown":
                sys.exit()
        return bool(chunk)


def serve(requests: int, answers: int) -> None:
    """Answer requests until nobody is left who asks, and nobody is awaited."""
    askers = [Asker(requests, answers)]
    last = time.monotonic()
    while askers or time.monotonic() - last < KEEPER.idle:
        door = [KEEPER.door] if KEEPER.door else []
        watched: list[Asker | socket.socket] = [*askers, *door]
        ready, _, _ = select.select(watched, [], [], 1.0)
        reap_orphans()
        for one in ready:
            if not isinstance(one, Asker):
                number = one.accept()[0].detach()
                askers.append(Asker(number, number))
            elif not one.serve():
                askers.remove(one)
                if one.requests == one.answers:  # not standard input and output
                    os.close(one.requests)
        if askers:
            last = time.monotonic()
    # Who asked for all this has died without a word, so tidy up as well.
    KEEPER.shutdown({})
    tidy_up()


def main() -> None:
    """Run the keeper on standard input and output."""

    def on_signal(number: int, frame: object) -> NoReturn:
        for again in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(again, signal.SIG_IGN)
        KEEPER.shutdown({"seconds": 5.0})
        tidy_up()
        os._exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    serve(sys.stdin.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    main()
