"""What `make serve` shows while the tree is broken."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.site.serve import Server, app


@pytest.fixture
def server(tmp_path: Path):
    made = Server(Project(tmp_path), 0)
    made.watch(str(tmp_path))
    yield made
    made.close()


def get(server: Server, path: str) -> str:
    body = server.serve_request({"PATH_INFO": path}, lambda status, headers: None)
    return b"".join(body).decode()


def built(folder: str, text: str) -> None:
    Path(folder, "index.html").write_text(f"<body>{text}</body>")


def test_the_last_good_build_stays_while_the_tree_is_broken(server, monkeypatch):
    def breaks(folder: str) -> None:
        built(folder, "half of it")
        raise DagbookError(Problem("docs/<x>.md", 3, "wrong", "mend it"))

    monkeypatch.setattr(server, "_build", breaks)
    server.build()
    told = "docs/&lt;x&gt;.md:3: wrong — mend it"
    for path in ("/", "/index.html", "/x/y.html"):
        page = get(server, path)
        assert told in page
        assert "livereload(" in page
        assert "half of it" not in page

    monkeypatch.setattr(server, "_build", lambda folder: built(folder, "first"))
    server.build()
    assert "first" in get(server, "/index.html")
    assert "wrong" not in get(server, "/index.html")

    monkeypatch.setattr(server, "_build", breaks)
    server.build()
    page = get(server, "/index.html")
    assert "first" in page
    assert told in page
    assert "livereload(" in page

    monkeypatch.setattr(server, "_build", lambda folder: built(folder, "second"))
    server.build()
    assert "second" in get(server, "/index.html")
    assert "wrong" not in get(server, "/index.html")


@pytest.mark.parametrize(
    "error", [SystemExit("a page"), KeyError("x"), OSError("disk")]
)
def test_no_error_ends_the_server(server, monkeypatch, error):
    def breaks(folder: str) -> None:
        raise error

    monkeypatch.setattr(server, "_build", breaks)
    server.build()
    assert "1 problem." in get(server, "/")


def test_a_taken_port_is_said_before_anything_is_built(tmp_path, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(DagbookError, match=f"port {port} is taken — .* PORT=8001"):
            Server(Project(tmp_path), port)


@pytest.mark.parametrize("port", ["80000", "-1", "http"])
def test_a_port_that_is_none_is_said(port):
    ended = CliRunner().invoke(app, ["--port", port])
    assert ended.exit_code == 2
    assert "Invalid value for '--port'" in ended.output
