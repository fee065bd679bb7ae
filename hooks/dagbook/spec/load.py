"""The contract: a strict reader of the checklists in ``docs/spec/*.md``.

A checklist is one section of the site. Its format is the owner's and stays as it is.
Everything an example is called (folder, file, tags) follows from here, so a line that
cannot be read is an error, never a guess. The data is in ``model``, the lines a
checklist may consist of and the known tags in ``lines``, the reader of one file in
``reader``.
"""

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
        DagbookError: at least one line of a checklist cannot be read, or two items of
            the contract share an id or a file name. All problems are reported at once.
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
