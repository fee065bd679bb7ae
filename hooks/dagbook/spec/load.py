"""Reads the checklists of ``docs/spec`` strictly: what cannot be read is an error."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook import files as on_disk
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.spec.model import Spec, SpecFile
from dagbook.spec.reader import parse


def load(project: Project) -> Spec:
    """Return the contract of ``project``.

    Raises:
        DagbookError: all lines that cannot be read, and ids or names that stand twice.
    """
    files: list[SpecFile] = []
    problems: list[Problem] = []
    for path in project.pages("spec"):
        file, found = parse(on_disk.text(path), project.relative(path))
        files.append(file)
        problems += found
    if not files:
        what, remedy = "no checklist here", "add a file such as 16_dag_runs.md"
        problems.append(Problem(project.relative(project.spec), 0, what, remedy))
    files.sort(key=lambda file: file.number)
    problems += _duplicates(files)
    if problems:
        raise DagbookError(problems)
    return Spec(tuple(files))


def _duplicates(files: list[SpecFile]) -> Iterator[Problem]:
    """Yield a problem for each name that two checklists or items share."""
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        names = [("section", str(file.number), file.path, 1)]
        names += [("item", item.id, item.path, item.line) for item in file.items]
        names += [("file name", item.stem, item.path, item.line) for item in file.items]
        for sort, name, path, line in names:
            if first := seen.get((sort, name)):
                what = f"{sort} {name} twice, first at {first}"
                yield Problem(path, line, what, "every one needs a name of its own")
            seen.setdefault((sort, name), f"{path}:{line}")
