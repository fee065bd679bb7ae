"""The real ``airflow`` command without its 5 seconds of imports.

A helper process has imported what the command imports; each call is a fork of it,
which then runs Airflow as ``python -m airflow`` does.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import shlex
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType

LIMIT = 300.0
"""Seconds that a command may take."""

# Read at each use, so that they may change from call to call of one helper.
ANY_TIME = ("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST",)
BEGIN = "from dagbook.running.airflow_command import serve; serve()"

MODULES = """
airflow.__main__ airflow.cli.simple_table airflow.dag_processing.dagbag
airflow.migrations.db_types airflow.migrations.utils airflow.models.dag
airflow.models.dag_favorite airflow.models.dagbag airflow.models.renderedtifields
airflow.serialization.serialized_objects alembic.command alembic.config
alembic.context rich.syntax
""".split()


def run(words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run ``airflow WORDS`` with this process's environment and working folder.

    Raises:
        TimeoutError: the command was not over after five minutes.
    """
    env = {**os.environ, "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
    return _helper(env).run(words, env)


class Helper:
    """A process with ``env`` that waits for words of the command."""

    def __init__(self, env: dict[str, str]) -> None:
        self.owner = os.getpid()
        self.settings = _settings(env)
        self.process = subprocess.Popen(
            [sys.executable, "-c", BEGIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
            start_new_session=True,  # so that what hangs ends with it
        )

    def run(
        self, words: tuple[str, ...], env: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run the command once and wait for its end."""
        assert self.process.stdin
        assert self.process.stdout
        with tempfile.TemporaryDirectory(prefix="dagbook-cli-") as folder:
            order = {"words": words, "env": env, "cwd": os.getcwd(), "folder": folder}
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], LIMIT)[0]:
                self.close()
                told = shlex.join(["airflow", *words])
                raise TimeoutError(f"{told} was not over after {LIMIT:g} s")
            code = int(self.process.stdout.readline())
            out, err = ((Path(folder) / name).read_text() for name in ("out", "err"))
        return subprocess.CompletedProcess(["airflow", *words], code, out, err)

    @property
    def alive(self) -> bool:
        """Whether this process, and no fork of it, has the helper, and it waits."""
        return self.owner == os.getpid() and self.process.poll() is None

    def close(self) -> None:
        """End the process and what it may have forked."""
        if self.owner == os.getpid():
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()


_helpers: list[Helper] = []


def _helper(env: dict[str, str]) -> Helper:
    for helper in _helpers:
        if helper.alive and helper.settings == _settings(env):
            return helper
        helper.close()
    _helpers[:] = [Helper(env)]
    atexit.register(_helpers[0].close)
    return _helpers[0]


def _settings(env: dict[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in env.items()
        if name.startswith(("AIRFLOW_", "PYTHON", "TZ"))
        and not name.startswith(("AIRFLOW_CONN_", "AIRFLOW_VAR_", *ANY_TIME))
    }


# -- in the helper -------------------------------------------------------------------


def serve() -> None:
    """Import Airflow's command, then run it in a fork for each line of stdin."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in [*MODULES, *_commands()]:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    while line := sys.stdin.readline():
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            replies.close()
            _become(json.loads(line))
            return  # to the end of the program, as the command itself would
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), file=replies, flush=True)


def _commands() -> list[str]:
    import airflow.cli.commands as commands

    folder = Path(commands.__path__[0])
    return [f"{commands.__name__}.{path.stem}" for path in folder.glob("*_command.py")]


def _become(order: dict[str, object]) -> None:
    folder = Path(str(order["folder"]))
    for number, name in ((0, os.devnull), (1, folder / "out"), (2, folder / "err")):
        file = os.open(name, os.O_RDWR | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(order["env"])  # type: ignore[call-overload]
    os.chdir(str(order["cwd"]))
    tempfile.tempdir = None
    sys.path[0] = os.getcwd()
    sys.argv = ["-m", *order["words"]]  # type: ignore[misc]
    sys.excepthook = _as_if_first
    runpy._run_module_as_main("airflow")  # type: ignore[attr-defined]


def _as_if_first(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a traceback without the frames of this module."""
    while trace and trace.tb_frame.f_globals.get("__name__") != "runpy":
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)
