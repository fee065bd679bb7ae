"""``dagbook serve``: the site while somebody writes it.

Each build goes into a folder of its own, and is shown once it is whole. While the tree
is broken the last good build stays, with a banner that says what is wrong and where.
"""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException
from mkdocs.livereload import LiveReloadServer

from dagbook import files, templates
from dagbook.problems import DagbookError, Problem, unexpected
from dagbook.project import Project

HOST = "127.0.0.1"
WATCHED = ("docs", "dags", "tests", "hooks", "mkdocs.yml")

app = typer.Typer(add_completion=False)


class _Kept(logging.Handler):
    """Keeps the errors that a build logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += record.getMessage().splitlines()


class Server(LiveReloadServer):
    """The server of MkDocs that shows the last good build, and what is wrong now.

    Args:
        project: whose site it is.
        port: 0 for a free one.

    Raises:
        DagbookError: the port is taken, or may not be used.
    """

    def __init__(self, project: Project, port: int) -> None:
        self.project, self.problems, self.good = project, _Kept(), False
        self._started = False
        super().__init__(self.build, HOST, port, root=".")
        self.error_handler = self._missing
        try:
            self.server_bind()
            self.server_activate()
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            what = "is taken" if taken else (error.strerror or str(error)).lower()
            remedy = "end what uses it, or choose another: make serve PORT=8001"
            problem = Problem("serve", 0, f"the port {port} {what}", remedy)
            raise DagbookError(problem) from None
        self.root = tempfile.mkdtemp(prefix="dagbook-site-")
        self.url = f"http://{HOST}:{self.server_address[1]}/"
        self.server_bind = self.server_activate = lambda: None  # type: ignore[method-assign]

    def build(self) -> None:
        """Build the site; what goes wrong is shown, and ends nothing."""
        folder, logger = tempfile.mkdtemp(prefix="dagbook-site-"), _logger()
        self.problems.lines.clear()
        logger.addHandler(self.problems)
        try:
            self._build(folder)
            self.good = True
            self.root, folder = folder, self.root
        except (Exception, SystemExit) as error:
            self.good = False
            if isinstance(error, DagbookError):
                self.problems.lines += [str(one) for one in error.problems]
            elif not self.problems.lines:
                foreseen = isinstance(error, (SystemExit, MkDocsException))
                what = error if foreseen else unexpected(error, files.at_work())
                self.problems.lines.append(str(what))
        finally:
            logger.removeHandler(self.problems)
            shutil.rmtree(folder, ignore_errors=True)
        for line in self.problems.lines[:1]:
            logger.info("shown in the browser: %s …", line)

    def _build(self, folder: str) -> None:
        place = str(self.project.root / "mkdocs.yml")
        config = load_config(place, site_dir=folder, site_url=self.url)
        if not self._started:
            config.plugins.on_startup(command="serve", dirty=False)
            self._started = True
        build(config, serve_url=self.url)

    def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
        if self.problems.lines:
            lines, good = self.problems.lines, self.good
            banner = templates.fill("site", "banner.html.jinja", lines=lines, good=good)
            head, mark, rest = content.rpartition(b"</body>")
            content = head + banner.encode() + mark + rest
        page: bytes = super()._inject_js_into_html(content, epoch)
        return page

    def _missing(self, code: int) -> bytes | None:
        """Return what is shown in the place of a page that is not there."""
        own = Path(self.root, "404.html")
        page = own.read_bytes() if own.is_file() else b"<body></body>"
        return self._inject_js_into_html(page, self._visible_epoch)

    def close(self) -> None:
        """Stop, and remove what was built."""
        self.shutdown()
        shutil.rmtree(self.root, ignore_errors=True)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 8000,
) -> None:
    """Build the site and serve it, again after each edit, until Ctrl-C."""
    project = Project.find()
    logger = _logger()
    logger.setLevel(logging.INFO)
    logging.basicConfig(format="%(levelname)-8s-  %(message)s")
    server = Server(project, port)
    try:
        server.build()
        for name in WATCHED:
            server.watch(str(project.root / name))
        server.serve()
    except KeyboardInterrupt:
        logger.info("ended")
    finally:
        server.close()


def _logger() -> Any:
    return logging.getLogger("mkdocs")
