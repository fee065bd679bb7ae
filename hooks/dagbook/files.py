"""Files as they are now: each opened once for each state of it."""

from __future__ import annotations

import hashlib
import json
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

Stamp = tuple[int, int, int]

_YOUNG = 50_000_000
"""Nanoseconds in which a file may be saved twice and keep its time."""


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
        OSError: there is no such file.
    """
    return _content(path, stamp(path))


def text(path: Path, errors: str = "strict") -> str:
    """Return a UTF-8 file's text, its line ends as ``\\n``; ``errors`` as in decoding.

    Raises:
        OSError: there is no such file.
        UnicodeDecodeError: it is not UTF-8.
    """
    found = content(path).decode("utf-8", errors)
    return found.replace("\r\n", "\n").replace("\r", "\n") if "\r" in found else found


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return _digest(path, stamp(path))


def data(path: Path) -> Any:
    """Return what a JSON file holds; callers do not change it.

    Raises:
        OSError: there is no such file.
        ValueError: it is not JSON.
    """
    return _data(path, stamp(path))


@lru_cache(maxsize=4096)
def _content(path: Path, _stamp: Stamp) -> bytes:
    return path.read_bytes()


@lru_cache(maxsize=4096)
def _digest(path: Path, stamp: Stamp) -> str:
    return hashlib.sha256(_content(path, stamp)).hexdigest()


@lru_cache(maxsize=4096)
def _data(path: Path, stamp: Stamp) -> Any:
    return json.loads(_content(path, stamp))
