"""What a DAG file does while it is parsed, noticed by the line that does it.

For a process that ends afterwards: neither an audit hook nor Airflow's own block of
the database can be undone.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from dagbook.parsing.model import fault

NETWORK = "uses the network while it is parsed"
PROCESS = "starts a process while it is parsed"
DATABASE = "uses the metadata database while it is parsed"
IN_A_TASK = "move it into a task: every parse repeats it, on every scheduler"
SDK_IN_A_TASK = (
    "move it into a task, and ask the Task SDK or /api/v2 instead of the database"
)
ENDS = "ends the process that parses it ({})"
NO_END = "remove what ends or crashes Python from the module"

_SOCKET = "connect bind sendto sendmsg getaddrinfo gethostbyname gethostbyaddr"
_OS = "system exec fork forkpty posix_spawn"
# Audit event → what a file does that raises it.
_EVENTS = {
    **{f"socket.{name}": NETWORK for name in (*_SOCKET.split(), "getnameinfo")},
    **{f"os.{name}": PROCESS for name in _OS.split()},
    "subprocess.Popen": PROCESS,
    "pty.spawn": PROCESS,
    "sqlite3.connect": "opens a SQLite database while it is parsed",
}


class NotWhileParsingError(RuntimeError):
    """Raised inside the parsed file to stop what it must not do."""


class Watch:
    """Collects what the file at the absolute ``path`` does while it is parsed."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[dict[str, Any]] = []
        self._active = False
        self._threads: dict[threading.Thread, int] = {}
        self._before: set[int] = set()

    def note(
        self, what: str, remedy: str, line: int = 0, cacheable: bool = True
    ) -> None:
        """Keep one problem; the same place and words count once.

        ``line`` 0: the line that is running now; ``cacheable``: the next parse of the
        same text would say the same.
        """
        problem = fault(line or self.line(), what, remedy, cacheable)
        if problem not in self.problems:
            self.problems.append(problem)

    def line(self, frame: FrameType | None = None) -> int:
        """Return the line of the file that is running now, 0 if none of it is."""
        frame = frame or sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def start(self, limit: float) -> None:
        """Begin to watch, for ``limit`` seconds at the most."""
        self._refuse_database()
        self._refuse_lookups()
        self._remember_threads()
        self._let_crashes_end()
        self._before = {t.ident or 0 for t in threading.enumerate()}
        self._active = True
        sys.addaudithook(self._audit)
        signal.signal(signal.SIGALRM, self._late(limit))
        signal.setitimer(signal.ITIMER_REAL, limit)

    def stop(self) -> None:
        """End the watch, and note threads that the file left running."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._active = False
        for thread in threading.enumerate():
            if thread.ident not in self._before:
                self.note(
                    f"leaves the thread {thread.name!r} running after it is parsed",
                    "start it in a task and join it there",
                    self._threads.get(thread, 0),
                )

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._active:
            return
        if what := _EVENTS.get(event):
            here = sys._getframe(1).f_code.co_filename == self.path
            if here or not _looks_around(event, args):
                self._refuse(f"{what}: {_detail(event, args)}", IN_A_TASK)

    def _refuse(self, what: str, remedy: str) -> NoReturn:
        self.note(what, remedy)
        raise NotWhileParsingError(what)

    def _late(self, limit: float) -> Callable[[int, FrameType | None], None]:
        def handler(signum: int, frame: FrameType | None) -> None:
            what = f"takes longer than {limit:g} s to parse"
            self.note(what, "move the work into a task", self.line(frame), False)
            raise NotWhileParsingError(what)

        return handler

    def _remember_threads(self) -> None:
        """Keep the line that starts each thread; Python 3.11 audits no such event."""
        start = threading.Thread.start

        def remember(thread: threading.Thread) -> None:
            self._threads[thread] = self.line()
            start(thread)

        vars(threading)["Thread"].start = remember

    def _let_crashes_end(self) -> None:
        """Leave SIGSEGV alone: Airflow's handler would return to the crash for ever."""
        install = signal.signal

        def but_crashes(number: int, handler: Any) -> Any:
            return None if number == signal.SIGSEGV else install(number, handler)

        vars(signal)["signal"] = but_crashes

    def _refuse_database(self) -> None:
        """Block the ORM as Airflow's own DAG processor does, and note each try."""
        from airflow import settings
        from airflow.sdk.execution_time import supervisor

        supervisor.block_orm_access()
        watch = self

        class Session(supervisor.BlockedDBSession):
            def __init__(self, *args: object, **kwargs: object) -> None:
                watch.note(DATABASE, SDK_IN_A_TASK)
                super().__init__()

        def configure_orm(*args: object, **kwargs: object) -> None:
            watch._refuse(DATABASE, SDK_IN_A_TASK)

        blocked = settings.__getattr__

        def attribute(name: str) -> object:
            if "Session" in name or "engine" in name:
                watch.note(DATABASE, SDK_IN_A_TASK)
            return blocked(name)

        vars(settings).update(
            Session=Session, configure_orm=configure_orm, __getattr__=attribute
        )

    def _refuse_lookups(self) -> None:
        """Refuse Variables, Connections and every other call to the runtime API."""
        from airflow.sdk.execution_time import context, task_runner

        def refuse(kind: str) -> Callable[..., NoReturn]:
            def call(*args: object, **kwargs: object) -> NoReturn:
                key = next(iter([*args, *kwargs.values()]), "")
                self._refuse(
                    f"looks up {kind} {key!r} while it is parsed",
                    "look it up in a task, or in a template that a task renders",
                )

            return call

        for kind, names in {
            "Variable": "_get_variable _set_variable _delete_variable",
            "the Variables": "_get_variable_keys",
            "Connection": "_get_connection _async_get_connection",
        }.items():
            for name in names.split():
                if hasattr(context, name):
                    setattr(context, name, refuse(kind))

        watch = self

        class Channel:
            """Stands where a DAG processor would answer: nobody answers here."""

            def send(self, *args: object, **kwargs: object) -> NoReturn:
                what = "calls Airflow's runtime API while it is parsed"
                watch._refuse(what, IN_A_TASK)

            asend = send

        vars(task_runner)["SUPERVISOR_COMMS"] = Channel()


def _looks_around(event: str, args: tuple[Any, ...]) -> bool:
    """Tell whether a library asks what this machine can do, as urllib3 for IPv6."""
    if event != "socket.bind" or not isinstance(args[1], tuple):
        return False
    return args[1][0] in ("localhost", "127.0.0.1", "::1") and args[1][1] == 0


def _detail(event: str, args: tuple[Any, ...]) -> str:
    """Say in a few words what the event is about, without objects or addresses."""
    if event.startswith("socket."):
        where = args[1] if event != "socket.getaddrinfo" and len(args) > 1 else args[0]
        if isinstance(where, tuple):
            where = ":".join(str(part) for part in where[:2])
        return f"{event} {where}"
    if event == "subprocess.Popen" and len(args) > 1:
        command = args[1] if isinstance(args[1], (list, tuple)) else [args[1]]
        return " ".join(str(part) for part in command)[:80]
    if event == "sqlite3.connect":
        return str(args[0])[:80]
    return event
