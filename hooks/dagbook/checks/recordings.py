"""Committed recordings: sealed, whole, of the present files, without secrets."""

from __future__ import annotations

import json
from typing import Protocol

from dagbook.files import sha256
from dagbook.problems import Problem
from dagbook.project import ExamplePaths, Project
from dagbook.recording.file import FORMAT, Recording, sealed
from dagbook.recording.leaks import leaking_lines


class ItemLike(Protocol):
    """What this module needs of a spec item."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def stem(self) -> str: ...  # noqa: D102
    @property
    def folder(self) -> str: ...  # noqa: D102


def problems(project: Project, item: ItemLike) -> list[Problem]:
    """Return what is wrong with an item's recording, without running anything.

    Missing, unreadable, edited by hand, recorded from another version of the example or
    of its test, or carrying what must not be published.
    """
    paths = project.example(item.folder, item.stem)
    place = project.relative(paths.recording)
    again = f"run `make record ONLY={item.id}`"
    if not paths.recording.exists():
        page = project.relative(paths.page) if paths.page.exists() else ""
        return [Problem(place, 0, "the recording is missing", again, page)]
    text = paths.recording.read_text(encoding="utf-8", errors="replace")
    try:
        data = json.loads(text)
    except ValueError as error:
        return [Problem(place, getattr(error, "lineno", 0), "not JSON", again)]
    found = _header(project, paths, data, place, again)
    if not sealed(text):
        found.append(
            Problem(
                place, 0, "the recording was edited by hand", f"undo that, or {again}"
            )
        )
    for number, leak in leaking_lines(text):
        found.append(
            Problem(
                place,
                number,
                f"the recording carries {leak}",
                "keep it out of the example's output, or give it a named mask in "
                "hooks/dagbook/recording/masks.py",
            )
        )
    return found


def _header(
    project: Project, paths: ExamplePaths, data: Recording, place: str, again: str
) -> list[Problem]:
    found = []
    if data.get("format") != FORMAT:
        found.append(Problem(place, 0, f"format {data.get('format')!r}", again))
    for key, file in (("source", paths.dag), ("tests", paths.test)):
        if not file.exists():
            continue  # reported by the check that looks for the three files
        if data.get(key, {}).get("sha256") != sha256(file):
            found.append(
                Problem(
                    place,
                    0,
                    "the recording is stale: "
                    f"{project.relative(file)} has changed since",
                    again,
                )
            )
    if not data.get("scenarios"):
        found.append(Problem(place, 0, "the recording has no scenario", again))
    if not data.get("tests", {}).get("passed"):
        found.append(Problem(place, 0, "no test of the example has passed", again))
    return found
