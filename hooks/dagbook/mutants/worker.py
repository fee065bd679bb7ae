"""A process with Airflow imported that tests one mutant per fork.

``python -m dagbook.mutants.worker``: one JSON request per line, one JSON line each.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import importlib
import json
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any, NoReturn

from dagbook.mutants.verdicts import loaded
from dagbook.project import Project
from dagbook.running import environment
from dagbook.running.dag_test import WARM_UP


def main() -> None:
    """Serve requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    # Under pytest Airflow keeps no logger, and so no stream that `capfd` has replaced.
    os.environ["PYTEST_VERSION"] = version("pytest")
    project = Project.find()
    with tempfile.TemporaryDirectory(prefix="dagbook-mutants-") as folder:
        home = Path(folder)
        environment.prepare(home, project)
        _warm(project, home)
        answers.write(json.dumps({"ready": True}) + "\n")
        for line in sys.stdin:
            answers.write(json.dumps(_judge(json.loads(line))) + "\n")


def _warm(project: Project, home: Path) -> None:
    """Import and build what every test needs, without starting a thread."""
    import httpx
    import pytest  # noqa: F401
    from airflow import settings
    from airflow.api_fastapi.app import create_app
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    import dagbook.running.collect
    import dagbook.running.dag_test  # noqa: F401

    create_app(apps="core")
    app = in_process_api_server().app

    async def first_request() -> None:
        asgi = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=asgi, base_url="http://x") as client:
            await client.get("/variables/nothing")

    asyncio.run(first_request())
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    for file in project.dag_files():
        _import(file.read_text(encoding="utf-8"))
    file = home / "warm_up.py"
    file.write_text(WARM_UP, encoding="utf-8")
    if reason := _does_not_parse(file):
        raise RuntimeError(reason)
    if settings.engine is not None:
        settings.engine.dispose()
    # A fork that collects garbage copies every page of the parent it looks at.
    gc.collect()
    gc.freeze()
    gc.disable()


def _import(text: str) -> None:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("air"):
            module = importlib.import_module(str(node.module))
            for name in node.names:
                getattr(module, name.name, None)  # Airflow's packages load lazily


def _judge(request: dict[str, Any]) -> dict[str, Any]:
    """Test one file in a fork and return its fate, its seconds and what killed it."""
    began = time.monotonic()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.setsid()

        def end(answer: dict[str, Any]) -> NoReturn:
            os.write(writer, json.dumps(answer).encode())
            os._exit(0)

        try:
            end(_test(request, end))
        except BaseException as error:
            end({"fate": "broken", "by": [repr(error)]})
    os.close(writer)
    raw = _read(reader, began + request["limit"])
    # The fork leads its own group: servers and command lines it started end with it.
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(reader)
    answer = json.loads(raw) if raw else {"fate": "timeout", "by": []}
    answer["seconds"] = round(time.monotonic() - began, 2)
    return answer


def _read(reader: int, until: float) -> bytes:
    raw = b""
    while (left := until - time.monotonic()) > 0:
        if not select.select([reader], [], [], left)[0]:
            break
        part = os.read(reader, 65536)
        if not part:
            return raw
        raw += part
    return b""


def _test(
    request: dict[str, Any], end: Callable[[dict[str, Any]], NoReturn]
) -> dict[str, Any]:
    """Return the fate of a file, or ``end`` the process with it once it is known."""
    import pytest

    file = Path(request["file"])
    if reason := _does_not_parse(file):
        return {"fate": "broken", "by": [reason]}
    os.environ["DAGBOOK_MUTANT"] = str(file)
    jury = Jury(request["order"], end)
    words = [request["test"], "-q", f"--basetemp={file.parent / 'pytest'}"]
    for plugin in ("cacheprovider", "xdist", "unraisableexception", "threadexception"):
        words += ["-p", f"no:{plugin}"]
    code = pytest.main([*words, "--tb=no", "-W", "ignore"], plugins=[jury])
    if jury.recorded:
        return {"fate": "recording", "by": jury.recorded}
    if code != 0:
        return {"fate": "broken", "by": [f"pytest ended with {int(code)}"]}
    return {"fate": "survived", "by": [], "took": jury.took, "modules": loaded()}


def _does_not_parse(file: Path) -> str:
    """Return why Airflow cannot load ``file``; empty when it can."""
    from dagbook.airflow_compat import DagBag, DagSerialization

    bag = DagBag(dag_folder=str(file))
    if bag.import_errors:
        return next(iter(bag.import_errors.values())).strip().splitlines()[-1]
    if not bag.dags:
        return "no DAG in the file"
    try:
        for dag in bag.dags.values():
            DagSerialization.serialize_dag(dag)
    except Exception as error:
        return repr(error)
    return ""


class Jury:
    """A pytest plugin that notes which tests failed, by what, and how long each took.

    ``end`` is called with the answer as soon as an assertion has failed: what pytest
    would do then, for people to read, takes longer than most tests.
    """

    def __init__(
        self, order: list[str], end: Callable[[dict[str, Any]], NoReturn]
    ) -> None:
        self.place = {name: number for number, name in enumerate(order)}
        self.end = end
        self.recorded: list[str] = []
        self.took: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Run the tests in the order that was asked for."""
        items.sort(key=lambda item: self.place.get(item.name, len(self.place)))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note how long a test took."""
        if report.when == "call":
            self.took[report.nodeid.rpartition("::")[2]] = report.duration

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        """Sort a failure: by an assertion, or only by the recording."""
        if call.excinfo is None or call.excinfo.typename == "Skipped":
            return
        if call.excinfo.typename == "RecordingDiffersError":
            self.recorded.append(item.name)
            return
        self.end({"fate": "assertion", "by": [item.name]})


if __name__ == "__main__":
    main()
