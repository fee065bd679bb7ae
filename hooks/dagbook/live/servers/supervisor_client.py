"""The near side of the keeper: start, stop and look at processes that it owns."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class KeeperError(RuntimeError):
    """The keeper refused a request, or is gone."""


class Keeping:
    """A keeper process and the requests it answers.

    Args:
        folder: where the keeper writes its own log and where processes start. When
            this process dies, the keeper removes it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "keeper.log"
        self.killed: list[int] = []
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

    @property
    def pid(self) -> int:
        """The keeper's own process id."""
        return self._process.pid

    def _ask(self, do: str, **request: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(
                json.dumps({"do": do, **request}).encode() + b"\n"
            )
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except (BrokenPipeError, ValueError) as error:
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
            argv: the command.
            env: the whole environment of the process.
            log: file that standard output and error are appended to.
            uid: user to run as (only as root).
            gid: group to run as, with ``uid``.
            stop: name of the signal that asks it to end.
            stage: processes of a lower stage are stopped, and gone, before this one.

        Raises:
            KeeperError: it cannot be started, or runs already.
        """
        answer = self._ask(
            "start",
            name=name,
            argv=argv,
            env=dict(env),
            log=str(log),
            cwd=str(self.folder),
            uid=uid,
            gid=gid,
            stop=stop,
            stage=stage,
        )
        return int(answer["pid"])

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

    def shutdown(self, seconds: float = 4.0) -> None:
        """Stop everything and the keeper itself; safe to call more than once."""
        if self._process.poll() is None:
            # If it does not answer: its input ends below, which stops everything too.
            with contextlib.suppress(KeeperError):
                self.killed = self._ask("shutdown", seconds=seconds)["killed"]
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
