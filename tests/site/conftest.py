"""The built site, once for all workers, and a browser to look at it.

Browser tests are skipped where no Chromium is found; with DAGBOOK_REQUIRE_BROWSER=1
that is an error instead.
"""

from __future__ import annotations

import fcntl
import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from dagbook.examples import example as lookup
from dagbook.project import Project
from dagbook.testing.browser import chromium

sys.path.insert(0, str(Path(__file__).parent))

from serving import QUIET, Quiet  # noqa: E402
from watching import Watched  # noqa: E402  (the line above makes it importable)


@pytest.fixture(scope="session")
def project(request: pytest.FixtureRequest) -> Project:
    return Project(request.config.rootpath)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Path:
    """Build the site strictly; the first worker builds, the others wait for it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _build(project, folder)
    return folder


def _build(project: Project, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)],
        cwd=project.root,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.fail(f"mkdocs build --strict failed:\n{done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """Serve the site on loopback; the address ends with a slash."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one module: Playwright's event loop runs as long as it does, and
    Airflow's ``asyncio.run`` for deferred tasks refuses to start beside it.
    """
    with chromium("the browser tests are skipped") as started:
        yield started


@pytest.fixture
def context(browser: Browser, server: str) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    yield context
    context.close()


@pytest.fixture
def tab(context: BrowserContext, server: str) -> Watched:
    return Watched(context.new_page(), server)


@pytest.fixture(scope="session")
def example(project: Project) -> lookup.Example:
    """The example on whose page everything is tried."""
    return lookup.example(project, "16.1.1")
