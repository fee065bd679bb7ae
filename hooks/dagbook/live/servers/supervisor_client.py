"""The near side of the keeper: start, stop and look at processes that it owns."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast


class KeeperError(RuntimeError):
    """The keeper refused a request, or is gone."""


class Keeping:
    """A keeper process and the requests it answers.

    Args:
        folder: for its log; when this process dies, the keeper removes it.
        kept: ask the keeper that was told to keep the folder; start none.

    Raises:
        OSError: ``kept``, and there is none.
    """

    def __init__(self, folder: Path, kept: bool = False) -> None:
        self.folder = folder
        self.log = folder / "keeper.log"
        self.killed: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        if kept:
            with socket.socket(socket.AF_UNIX) as door:
                door.connect(str(folder / "keeper.sock"))
                self._requests: BinaryIO = door.makefile("wb")
                self._answers: BinaryIO = door.makefile("rb")
            self.pid = int(self._ask("state")["pid"])
            return
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dagbook.live.servers.supervisor", str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
                # Ctrl-C is for the session that asks, which then says `shutdown`.
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BinaryIO, self._process.stdout)
        self.pid = self._process.pid

    def keep(self, idle: float) -> None:
        """Let everything outlive this process, until nobody asks for ``idle`` s."""
        self._ask("keep", idle=idle)

    def _ask(self, do: str, **request: Any) -> dict[str, Any]:
        try:
            self._requests.write(json.dumps({"do": do, **request}).encode() + b"\n")
            self._requests.flush()
            line = self._answers.readline()
        except (OSError, ValueError) as error:
            raise KeeperError("the process keeper is gone — see keeper.log") from error
        if not line:
            raise KeeperError("the process keeper ended without an answer")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise KeeperError(answer["error"])
        return answer

    def start(
        self,
        name: str,
        argv: list[str],
        env: Mapping[str, str],
        *,
        log: Path,
        uid: int | None = None,
        gid: int | None = None,
        stop: str = "SIGTERM",
        stage: int = 0,
    ) -> int:
        """Start ``argv`` as ``name`` and return its process id.

        Args:
            name: unique among the running processes; a stopped one may be reused.
            env: the whole environment of the process.
            log: file that standard output and error are appended to.
            uid: user to run as, with ``gid`` (only as root).
            stop: name of the signal that asks it to end.
            stage: processes of a lower stage are stopped, and gone, before this one.

        Raises:
            KeeperError: it cannot be started, or runs already.
        """
        how = {"argv": argv, "env": dict(env), "log": str(log), "cwd": str(self.folder)}
        when = {"uid": uid, "gid": gid, "stop": stop, "stage": stage}
        return int(self._ask("start", name=name, **how, **when)["pid"])

    def run(self, name: str, argv: list[str], seconds: float, **how: Any) -> int:
        """Run ``argv`` for at most ``seconds`` and return its exit code."""
        self.start(name, argv, **how)
        deadline = time.monotonic() + seconds
        while (code := self._ask("collect", name=name)["exit"]) is None:
            if time.monotonic() > deadline:
                self.stop(name)
            time.sleep(0.1)
        return int(code)

    def stop(self, name: str, *, signal: str = "", seconds: float = 15.0) -> int:
        """Stop one process and return its exit code (negative: the signal)."""
        answer = self._ask("stop", name=name, signal=signal, seconds=seconds)
        return int(answer["exit"])

    def exits(self) -> dict[str, int]:
        """Return the processes that have ended, with their exit codes."""
        processes = self._ask("state")["processes"]
        return {n: p["exit"] for n, p in processes.items() if p["exit"] is not None}

    def pids(self) -> dict[str, int]:
        """Return the running processes and their ids."""
        processes = self._ask("state")["processes"]
        return {n: p["pid"] for n, p in processes.items() if p["exit"] is None}

    def descendants(self) -> list[int]:
        """Return the ids of all living processes below the keeper."""
        return list(self._ask("state")["descendants"])

    def close(self) -> None:
        """Ask nothing any more; what is kept goes on."""
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()

    def shutdown(self, seconds: float = 4.0) -> None:
        """Stop everything and the keeper itself; safe to call more than once."""
        if not self._requests.closed:
            # If it does not answer: its input ends below, which stops everything too.
            with contextlib.suppress(KeeperError):
                self.killed = self._ask("shutdown", seconds=seconds)["killed"]
        self.close()
        if self._process is not None:
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
