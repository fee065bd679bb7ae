"""Fences drawn before, kept by everything that they were drawn from.

Most of a build draws what the last one drew. A fence that failed is never kept, so it
fails again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache as once
from importlib import metadata
from pathlib import Path

from dagbook import cache, files
from dagbook.examples import example as lookup
from dagbook.examples.example import Example
from dagbook.problems import DagbookError
from dagbook.project import Project

_ROOM = "drawn"
_EXAMPLE = re.compile(r"""^example: (["']?)([\w.]+)\1$""", re.MULTILINE)


def once_for_all(
    project: Project, kind: str, body: str, draw: Callable[[], str]
) -> str:
    """Return the HTML of a fence: as it was drawn before, or by ``draw``.

    Args:
        project: the checkout.
        kind: the fence's name.
        body: its YAML, with its place.
        draw: called when nothing is kept; what it raises is passed on.
    """
    name = _name(project, kind, body)
    html = cache.read(project, _ROOM, name) if name else None
    if isinstance(html, str):
        return html
    html = draw()
    if name:
        cache.write(project, _ROOM, name, html)
        _tidy(project)
    return html


def kept(project: Project, kind: str, body: str) -> bool:
    """Tell whether this very fence has been drawn before, so that it can be."""
    name = _name(project, kind, body)
    return name is not None and cache.read(project, _ROOM, name) is not None


def _name(project: Project, kind: str, body: str) -> str | None:
    """Return the key of a fence, None for one that is drawn anew each time."""
    named = _EXAMPLE.findall(body)
    if kind not in _INPUTS or len(named) != 1:
        return None
    try:
        example = lookup.example(project, named[0][1])
        inputs = _INPUTS[kind](example)
    except (LookupError, DagbookError):
        return None  # drawing it says what is wrong
    return cache.key(_tool(), kind, body, inputs)


def _recordings(example: Example) -> str:
    paths = example.item.paths(example.project)
    return _files(paths.recording, paths.live_recording)


def _graph(example: Example) -> str:
    return _recordings(example) + repr(example.parsed().dags)


def _header(example: Example) -> str:
    return f"{_recordings(example)} {example.item!r}"


def _whole_file(example: Example) -> str:
    return _graph(example) + _files(example.item.paths(example.project).dag)


#: What each kind shows besides its own words. The others cost little.
_INPUTS: Mapping[str, Callable[[Example], str]] = {
    "run": _recordings,
    "request": _recordings,
    "graph": _graph,
    "dagbook-header": _header,
    "dagbook-file": _whole_file,
}


def _files(*paths: Path) -> str:
    return " ".join(files.sha256(p) if p.is_file() else "none" for p in paths)


@once
def _tool() -> str:
    return cache.key(cache.program(), metadata.version("pygments"))


@once
def _tidy(project: Project) -> None:
    cache.tidy(project, _ROOM)
