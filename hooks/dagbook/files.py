"""Files as they are now: each opened once for each state of it, and written whole.

What cannot be read or written is a ``DagbookError`` that names the file, the line and
what to do; nobody else needs to know what a file can be like.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import time
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dagbook.problems import DagbookError, Problem, relative

Stamp = tuple[int, int, int]

_YOUNG = 50_000_000
"""Nanoseconds in which a file may be saved twice and keep its time."""

_ODD = re.compile("[\t\xa0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")
"""Spaces that look like one and are none to YAML, and marks that nobody sees."""

_at_work: Path | None = None


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML; a key that stands there twice is an error, and not the last one's.

    The C parser is ten times as fast; both are safe and say the same.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Return the mapping of a node."""
        seen: set[object] = set()
        for key, _ in node.value:
            if (word := str(key.value)) in seen:
                what = f"the key “{word}” stands there twice"
                raise yaml.MarkedYAMLError(None, None, what, key.start_mark)
            seen.add(word)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Return what a node says; one such as 2026-13-45 says nothing."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.MarkedYAMLError(
                None, None, str(error), node.start_mark
            ) from error


def at_work() -> str:
    """Return the name of the file that was opened last; empty before the first."""
    return name(_at_work) if _at_work else ""


def stamp(path: Path) -> Stamp:
    """Return what changes when a file does: its time and its size, zeros for none.

    A file that was saved this very moment has another stamp each time.
    """
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    young = abs(time.time_ns() - status.st_mtime_ns) < _YOUNG
    return (
        status.st_mtime_ns,
        status.st_size,
        time.perf_counter_ns() if young else 0,
    )


def content(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        DagbookError: there is no such file, or it cannot be opened.
    """
    try:
        return _content(path, stamp(path))
    except OSError as error:
        raise _refused(path, error) from error


def text(path: Path) -> str:
    """Return a UTF-8 file's text, its line ends as ``\\n``.

    Raises:
        DagbookError: there is no such file, it cannot be opened, or is not UTF-8.
    """
    raw = content(path)
    try:
        found = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8: byte 0x{raw[error.start]:02x}"
        problem = Problem(name(path), line, what, "save the file as UTF-8")
        raise DagbookError(problem) from error
    return found.replace("\r\n", "\n").replace("\r", "\n") if "\r" in found else found


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        DagbookError: there is no such file, or it cannot be opened.
    """
    content(path)
    return _digest(path, stamp(path))


def data(path: Path, again: str = "take the file from git") -> Any:
    """Return what a JSON file holds; callers do not change it.

    Args:
        path: the file.
        again: what makes it anew.

    Raises:
        DagbookError: it cannot be read, or is not JSON.
    """
    text(path)
    try:
        return _data(path, stamp(path))
    except (ValueError, RecursionError) as error:
        line, words = getattr(error, "lineno", 0), getattr(error, "msg", error)
        problem = Problem(name(path), line, f"not JSON: {words}", again)
        raise DagbookError(problem) from error


def yaml_data(
    raw: str,
    place: str,
    line: int = 1,
    about: str = "the file",
    loader: type[Loader] = Loader,
) -> Any:
    """Return what a text in YAML says.

    Args:
        raw: the text.
        place: the file that it stands in, as messages name it.
        line: where it begins there.
        about: what it is, in words.
        loader: what reads it.

    Raises:
        DagbookError: it is not YAML, has a key twice, or a space that is none.
    """
    if odd := _ODD.search(raw):
        found = f"{about} has a {unicodedata.name(odd[0], 'tab').lower()}"
        at, what, remedy = raw.count("\n", 0, odd.start()), found, "write plain spaces"
        raise DagbookError(Problem(place, line + at, what, remedy))
    try:
        return yaml.load(raw, loader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or "cannot be read"
        # Where more was expected, the mark stands behind the last line.
        at = min(mark.line, raw.rstrip().count("\n")) if mark else 0
        if "twice" in words:
            what, remedy = f"{about}: {words}", "keep one of them"
        else:
            what = f"{about} is not YAML: {words}"
            remedy = "write key: value lines, and text with a colon in quotes"
        raise DagbookError(Problem(place, line + at, what, remedy)) from error


def write(path: Path, made: str) -> bool:
    """Write a text file whole or not at all, and return whether its bytes changed.

    Raises:
        DagbookError: it cannot be written; what stood there before still does.
    """
    raw = made.encode()
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_file() and path.read_bytes() == raw:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(raw)
        scratch.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # nothing can be removed there either
            scratch.unlink()
        raise _refused(path, error, "written") from error
    return True


def name(path: Path) -> str:
    """Return a file as messages name it: relative to the checkout that it is in."""
    roots = (folder for folder in path.parents if (folder / "docs" / "spec").is_dir())
    return relative(path, next(roots, path.parent))


def _refused(path: Path, error: OSError, done: str = "read") -> DagbookError:
    remedies: dict[type[OSError], str] = {
        FileNotFoundError: "write it, or correct its name",
        IsADirectoryError: "move the folder away, a file belongs here",
        NotADirectoryError: "move the file away, a folder belongs here",
        PermissionError: "make it yours, such as with chown or chmod u+rw",
    }
    why = (error.strerror or str(error)).lower()
    remedy = remedies.get(type(error), "mend that and try again: nothing was changed")
    missing = done == "read" and type(error) is FileNotFoundError
    what = "there is no such file" if missing else f"cannot be {done}: {why}"
    return DagbookError(Problem(name(path), 0, what, remedy))


@lru_cache(maxsize=4096)
def _content(path: Path, _stamp: Stamp) -> bytes:
    global _at_work
    _at_work = path
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "is a pipe or a device")  # and may never end
    return path.read_bytes()


@lru_cache(maxsize=4096)
def _digest(path: Path, stamp: Stamp) -> str:
    return hashlib.sha256(_content(path, stamp)).hexdigest()


@lru_cache(maxsize=4096)
def _data(path: Path, stamp: Stamp) -> Any:
    return json.loads(_content(path, stamp), object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key “{twice}” stands there twice")
    return found
