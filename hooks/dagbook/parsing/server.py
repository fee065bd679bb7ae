"""The process that imports Airflow once and forks for each file that it parses.

JSON lines in, JSON lines out, in the order in which the files are done; ``id`` comes
back. A problem with ``"cacheable": false`` may be gone without a change of the file.

    {"id": 1, "op": "parse", "file": "/…/x.py", "root": "/…", "limit": 5.0}
    {"id": 2, "op": "schedule", …, "dag_id": "x", "from": "2026-05-01T00:00:00Z",
     "count": 5}
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import json
import os
import re
import selectors
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagbook.parsing import dagbag
from dagbook.parsing.model import fault
from dagbook.parsing.sandbox import ENDS, NO_END

AT_ONCE = 2
GRACE = 2.0
"""Seconds after the limit in which a file can still say by itself where it hangs."""

TOOL_FAILED = 70
"""Exit status of a forked process in which this tool, not the file, is at fault."""

Message = dict[str, Any]


@dataclass
class Running:
    """A forked process that is at work on one request."""

    request: Message
    pid: int
    deadline: float
    received: bytearray = field(default_factory=bytearray)


def main() -> None:
    """Answer requests until standard input ends, then remove what was made."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    home = tempfile.mkdtemp(prefix="dagbook-parse-")
    log = os.open(f"{home}/log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _import_airflow(home)
        out.write(b'{"ready": true}\n')
        Server(out, home).serve()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _import_airflow(home: str) -> None:
    """Import Airflow without a usable database, and what most files import anyway."""
    os.chdir(home)
    os.environ.update(
        AIRFLOW_HOME=home,
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT="0",
        AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH="50",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/no-such-folder/no.db",
    )
    import airflow.dag_processing.dagbag
    import airflow.plugins_manager
    import airflow.sdk
    import airflow.sdk.execution_time.supervisor
    import airflow.sdk.execution_time.task_runner
    import airflow.serialization.serialized_objects  # noqa: F401

    for name in airflow.sdk.__all__:
        with contextlib.suppress(Exception):
            getattr(airflow.sdk, name)
    for name in ("bash", "empty", "python", "trigger_dagrun", "hitl"):
        with contextlib.suppress(ImportError):
            __import__(f"airflow.providers.standard.operators.{name}")
    with contextlib.suppress(ImportError):
        import airflow.providers.standard.sensors.external_task
        import httpx  # noqa: F401
    sys.dont_write_bytecode = True  # no __pycache__ beside the examples
    airflow.plugins_manager.ensure_plugins_loaded()


class Server:
    """Reads requests and keeps at most ``AT_ONCE`` forked processes at work.

    Nobody else holds the file descriptor of ``out``; ``home`` is ``AIRFLOW_HOME``.
    """

    def __init__(self, out: Any, home: str) -> None:
        self.out = out
        self.home = home
        self.selector = selectors.DefaultSelector()
        self.waiting: list[Message] = []
        self.running: dict[int, Running] = {}
        self.buffer = bytearray()
        self.open = True

    def serve(self) -> None:
        """Work until standard input ends; what is under way then is dropped."""
        self.selector.register(0, selectors.EVENT_READ)
        try:
            while self.open:
                for key, _ in self.selector.select(self._patience()):
                    if key.fd == 0:
                        self._requests()
                    else:
                        self._data(key.fd)
                self._kill_late()
                while self.waiting and len(self.running) < AT_ONCE:
                    self._fork(self.waiting.pop(0))
        finally:
            for running in self.running.values():
                _kill(running.pid)

    def _patience(self) -> float | None:
        if not self.running:
            return None
        soonest = min(r.deadline for r in self.running.values())
        return max(0.0, soonest - time.monotonic())

    def _requests(self) -> None:
        data = os.read(0, 65536)
        self.open = bool(data)
        self.buffer += data
        *lines, rest = self.buffer.split(b"\n")
        self.buffer = bytearray(rest)
        self.waiting += [json.loads(line) for line in lines if line.strip()]

    def _fork(self, request: Message) -> None:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._child(request, write)
        os.close(write)
        deadline = time.monotonic() + request["limit"] + GRACE
        self.running[read] = Running(request, pid, deadline)
        self.selector.register(read, selectors.EVENT_READ)

    def _child(self, request: Message, write: int) -> None:
        """Answer one request into the pipe and end without any clean-up."""
        try:
            os.setsid()
            _end_with_parent()
            os.close(self.out.fileno())
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            trace = open(self._trace(os.getpid()), "w")  # noqa: SIM115 - kept open
            faulthandler.enable(trace, all_threads=False)
            later = request["limit"] + GRACE / 2
            faulthandler.dump_traceback_later(later, file=trace)
            payload = json.dumps(_answer(request)).encode()
            view = memoryview(payload)
            while view:
                view = view[os.write(write, view) :]
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(TOOL_FAILED)
        os._exit(0)

    def _data(self, fd: int) -> None:
        data = os.read(fd, 1 << 20)
        self.running[fd].received += data
        if not data:
            self._finish(fd)

    def _kill_late(self) -> None:
        now = time.monotonic()
        for fd, running in list(self.running.items()):
            if running.deadline <= now:
                self._finish(fd, late=True)

    def _finish(self, fd: int, late: bool = False) -> None:
        """Send the answer of a process that ended, or say how it ended instead."""
        running = self.running.pop(fd)
        self.selector.unregister(fd)
        os.close(fd)
        _kill(running.pid)
        _, status = os.waitpid(running.pid, 0)
        request = running.request
        try:
            answer = json.loads(bytes(running.received))
        except ValueError:
            answer = self._no_answer(running, status, late)
        Path(self._trace(running.pid)).unlink(missing_ok=True)
        answer["id"] = request["id"]
        self.out.write(json.dumps(answer).encode() + b"\n")

    def _no_answer(self, running: Running, status: int, late: bool) -> Message:
        request, line = running.request, 0
        path = Path(request.get("file", ""))
        if late:
            what = f"takes longer than {request['limit']:g} s to parse"
            remedy = "move the work into a task"
            line = self._traced_line(running.pid, path)
        elif os.WIFEXITED(status) and os.WEXITSTATUS(status) == TOOL_FAILED:
            what = "cannot be parsed: the tool itself failed: " + self._last_words()
            remedy = "report this with the file"
        else:
            code = os.waitstatus_to_exitcode(status)
            how = f"exit status {code}" if code >= 0 else signal.Signals(-code).name
            what, remedy = ENDS.format(how), NO_END
            line = self._traced_line(running.pid, path) or _ending_line(path)
        problem = fault(line, what, remedy, cacheable=False)
        return {"file": "", "seconds": 0.0, "problems": [problem], "dags": []}

    def _trace(self, pid: int) -> str:
        return f"{self.home}/trace-{pid}"

    def _traced_line(self, pid: int, path: Path) -> int:
        """Return the line of ``path`` in the last trace of the process, or 0."""
        trace = Path(self._trace(pid)).read_text(errors="replace")
        rows = re.findall(rf'File "{re.escape(str(path))}", line (\d+)', trace)
        return int(rows[0]) if rows else 0

    def _last_words(self) -> str:
        lines = Path(self.home, "log").read_text(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _answer(request: Message) -> Message:
    root = Path(request["root"])
    path, limit = Path(request["file"]), float(request["limit"])
    if request["op"] == "schedule":
        which = (request["dag_id"], request["from"], request["count"])
        return dagbag.schedule(path, root, limit, *which)
    return dagbag.parse_file(path, root, limit)


def _ending_line(path: Path) -> int:
    """Return the line whose text ends a process: the process can no longer say it."""
    ends = re.compile(r"\bos\.(_exit|abort|kill|killpg)\(|\bctypes\b.*\(|_exit\(")
    lines = path.read_text(errors="replace").splitlines()
    return next((n for n, line in enumerate(lines, 1) if ends.search(line)), 0)


def _end_with_parent() -> None:
    """Ask Linux to end this process when the server dies; elsewhere do nothing."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


def _kill(pid: int) -> None:
    """End a forked process with everything that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
