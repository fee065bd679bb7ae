"""What cannot be written leaves what was there; nobody sees a bare traceback."""

from __future__ import annotations

import errno
import resource
import sys
from pathlib import Path

import pytest

from dagbook import cache, cli, files
from dagbook.problems import DagbookError, unexpected
from dagbook.project import Project


@pytest.fixture
def full():
    """A disk on which no file can grow beyond ten bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, full: None) -> None:
    path = tmp_path / "x.json"
    files.write(path, "old\n")
    with pytest.raises(DagbookError, match=r"x\.json: cannot be written: .* — "):
        files.write(path, "new " * 100)
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_keeps_nothing_in_the_cache(tmp_path: Path, full: None) -> None:
    project = Project(tmp_path)
    cache.write(project, "room", "name", "long " * 100)
    assert cache.read(project, "room", "name") is None


def test_a_tree_that_is_read_only_is_said(tmp_path: Path, monkeypatch) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    for name in ("write_bytes", "unlink", "mkdir"):
        monkeypatch.setattr(Path, name, refuse)
    with pytest.raises(DagbookError, match=r"x\.md: cannot be written: read-only file"):
        files.write(tmp_path / "x.md", "new")


def test_a_folder_that_nobody_may_write_is_said(tmp_path: Path, monkeypatch) -> None:
    """Such as the place of the site, which MkDocs writes itself."""
    monkeypatch.chdir(tmp_path)
    error = PermissionError(13, "Permission denied", str(tmp_path / "site" / "a.html"))
    said = str(unexpected(error, "docs/x.md"))
    assert said.startswith("site/a.html: cannot be read or written: permission denied")


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, capsys) -> None:
    (tmp_path / ".cache").write_text("no folder")
    project = Project(tmp_path)
    cache.write(project, "room", "name", 3)
    assert cache.read(project, "room", "name") == 3
    said = capsys.readouterr().err
    assert ".cache/dagbook: cannot be written" in said
    assert "remove .cache" in said


def test_what_nobody_foresaw_names_the_file_and_how_to_report(
    tmp_path, monkeypatch, capsys
) -> None:
    spec = tmp_path / "docs" / "spec" / "7_x.md"
    spec.parent.mkdir(parents=True)
    spec.write_text("# 7 X\n")

    def breaks(path: Path) -> str:
        files.content(path)
        raise KeyError("x")

    monkeypatch.setattr(files, "text", breaks)
    monkeypatch.setenv("DAGBOOK_ROOT", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["dagbook", "todo"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert said.startswith("docs/spec/7_x.md: nobody foresaw this: KeyError: 'x' — ")
    trace = Path(said.split("report it with ")[1].strip())
    assert "breaks" in trace.read_text()
    trace.unlink()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.mkdir(), "cannot be read: is a directory — move the folder"),
        (lambda path: path.symlink_to(path), "cannot be read: too many levels of"),
        (lambda path: path.symlink_to("gone"), "there is no such file — write it"),
        (
            lambda path: path.write_bytes(b"\n\xff"),
            ":2: is not UTF-8: byte 0xff — save",
        ),
        (lambda path: path.write_text("{\n,"), ":2: not JSON: .* — take the file"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, make, message: str) -> None:
    path = tmp_path / "x.json"
    make(path)
    with pytest.raises(DagbookError, match=message):
        files.data(path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DagbookError, match="permission denied — make it yours"):
        files.text(tmp_path / "x.md")
