"""Whether each file can be read at all: what all other rules take for granted."""

from __future__ import annotations

import ast
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from dagbook import files
from dagbook.checks import fingerprint
from dagbook.checks.tree import RecordingFile, Tree
from dagbook.concepts.claims import RECORD
from dagbook.examples import exceptions
from dagbook.examples.example import Example
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project

TEXT = {".py", ".md", ".json", ".css", ".js", ".svg", ".yml", ".yaml", ".toml", ""}
TEXT |= {".jinja", ".html", ".lock"}

_CONFLICT = re.compile(r"^(?:[<>|]{7} |={7}$)", re.M)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_MADE = {
    "tests/parity.json": ("Parity", "take it from git, or run `make live`"),
    "tests/matrix.json": ("Matrix", "take it from git, or run `make matrix`"),
    "tests/mutants.json": ("Mutants", "take it from git, or run `make mutants`"),
    "tests/concepts/claims.json": ("Claims", f"take it from git, or {RECORD}"),
    "tests/concepts/tables.json": ("Tables", f"take it from git, or {RECORD}"),
    "tests/concepts/transitions.yml": ("Transitions", "mend it, or take it from git"),
}
"""The shape of each results file, and what makes it anew."""


def faults(tree: Tree, begun: Sequence[Example] | None) -> list[Problem]:
    """Return why a file of the tree cannot be read; such faults are told alone.

    Looked at are all files, or those of the chosen examples and what all share.

    Args:
        tree: what is checked.
        begun: its examples; None while the contract cannot be read.
    """
    project, found = tree.project, list[Problem]()
    own = {e.paths.page for e in begun or ()}
    made, shown = dict(_MADE), dict[str, str]()
    for example in begun or ():
        for live in (False, True):
            one = RecordingFile(example, live)
            made[one.name] = ("LiveRecording" if live else "Recording", one.again)
            shown[one.name] = example.page_name
            shown[project.relative(one.test)] = example.page_name
        shown[project.relative(example.paths.dag)] = example.page_name
    for path in fingerprint.entries(project):
        name = path.relative_to(project.root).as_posix()
        if tree.only is None or name in made or name in shown or path in own:
            page = shown.get(name, "")
            if not name.isprintable():
                what = "a name with a character that cannot be shown"
                found.append(Problem(ascii(name)[1:-1], 0, what, "rename the file"))
                continue
            for line, what, remedy in _faults(path, project, *made.get(name, ("", ""))):
                found.append(Problem(name, line, what, remedy, page))
    if begun is not None and tree.only is None:
        found += _lost(tree)
    return found


def _faults(
    path: Path, project: Project, shape: str, again: str
) -> Iterator[tuple[int, str, str]]:
    if path.is_symlink():
        yield from _link(project, path)
        return
    if path.suffix not in TEXT or (path.is_dir() and not path.suffix):
        return
    try:
        text = files.text(path)
        if mark := _CONFLICT.search(text):
            line = text.count("\n", 0, mark.start()) + 1
            yield line, "a mark of a merge in conflict", "choose a side, and remove it"
        elif path.suffix == ".json":
            files.data(path, again or "mend it, or take it from git")
            yield from _shape(shape, text, again)
        elif unseen := _UNSEEN.search(text):
            line = text.count("\n", 0, unseen.start()) + 1
            said = unicodedata.name(unseen[0], "a control").lower()
            what = f"a character that nobody sees: {said}"
            yield line, what, "remove it, or save the file as UTF-8 without BOM"
        elif path.suffix == ".yml" and path.is_relative_to(project.tests):
            data = files.yaml_data(text, files.name(path))
            yield from _shape(shape, text, again, json.dumps(data, default=str))
            if path == exceptions.file(project):
                wrong = exceptions.load(project).faults
                yield from ((one.line, one.what, one.remedy) for one in wrong)
        elif path.name.startswith("test_") and path.suffix == ".py":
            ast.parse(text)
    except SyntaxError as error:
        yield error.lineno or 0, f"syntax error: {error.msg}", "put the line right"
    except DagbookError as error:
        yield from ((one.line, one.what, one.remedy) for one in error.problems)


def _shape(
    shape: str, text: str, again: str, data: str = ""
) -> Iterator[tuple[int, str, str]]:
    if shape:
        from dagbook.checks import shapes  # pydantic is slow to load

        if found := shapes.misfit(shape, text, data or text):
            yield found[0], f"another shape than it should have: {found[1]}", again


def _lost(tree: Tree) -> Iterator[Problem]:
    """Yield a problem for each folder of examples whose checklist is gone."""
    kept = {file.slug for file in tree.spec.files}
    dags = tree.project.dags
    there = {path.relative_to(dags).parts[0] for path in tree.project.dag_files()}
    for folder in sorted(there - kept):
        what, again = f"the checklist of dags/{folder} is missing", "take it from git"
        yield Problem(f"docs/spec/{folder}.md", 0, what, again)


def _link(project: Project, path: Path) -> Iterator[tuple[int, str, str]]:
    if path.name.startswith("."):
        return  # such as the lock that Emacs puts beside a page while it is edited
    if not path.exists():
        yield 0, f"a link to nowhere: {os.readlink(path)}", "remove it"
    elif path.is_dir():
        yield 0, "a link to a folder", "put the folder itself here"
    elif not path.resolve().is_relative_to(project.root.resolve()):
        yield 0, "a link to a file outside this tree", "put the file itself here"
