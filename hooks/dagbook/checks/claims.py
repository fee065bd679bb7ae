"""The claims of the concept pages, compared with what the tests have proven."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.concepts import proofs
from dagbook.concepts.claims import RECORD, implied, transitions
from dagbook.concepts.markers import ConceptPage, Stated, pages
from dagbook.problems import Problem
from dagbook.project import Project
from dagbook.recording import file as recording
from dagbook.recording.leaks import leaking_lines


@rule("tree")
def claims(tree: Tree) -> Iterator[Problem]:
    """Refuse a claim of a concept page that no test proves, and a test without claim.

    Also a claim stated twice, a sentence without a claim, a generated part that does
    not exist, and results edited by hand.
    """
    project = tree.project
    written = pages(project)
    if not written:
        return
    stated = [one for page in written for one in page.stated]
    stated += [one for page in written for one in implied(project, page)]
    for page in written:
        yield from page.faults
    yield from _twice(stated)
    yield from _unknown(written, {one.id for one in stated})
    yield from _unproven(project, stated)
    yield from _unstated(project, {one.id for one in stated})
    yield from _parts(project, written)
    for page in written:
        for shown in page.shown:
            for item in shown.items:
                if item not in tree.spec.by_id:
                    what = f"the spec has no item {item}"
                    yield Problem(page.path, shown.line, what, "correct the id")
    yield from _files(project)


def _twice(stated: Sequence[Stated]) -> Iterator[Problem]:
    times = Counter(one.id for one in stated)
    for one in stated:
        if times[one.id] > 1:
            what = f"the claim “{one.id}” is stated {times[one.id]} times"
            remedy = f"state it once, and repeat it with <!-- again: {one.id} -->"
            yield Problem(one.path, one.line, what, remedy)


def _unknown(written: Sequence[ConceptPage], known: set[str]) -> Iterator[Problem]:
    for page in written:
        for one in page.repeated:
            if one.id not in known:
                what = f"no page states the claim “{one.id}” that is repeated here"
                yield Problem(one.path, one.line, what, "correct the name")


def _unproven(project: Project, stated: Sequence[Stated]) -> Iterator[Problem]:
    held = proofs.claims(project)
    named = test_names(project)
    stale = _stale(project)
    airflow = installed()
    for one in stated:
        row = held.get(one.id)
        if row is None and one.id not in named:
            what = f"no test proves the claim “{one.id}”"
            remedy = f'mark one in tests/concepts: @pytest.mark.claim("{one.id}", by=…)'
        elif row is None:
            what = f"the claim “{one.id}” is not proven: its test has not passed"
            remedy = RECORD
        elif (module := row["test"].partition("::")[0]) in stale:
            # One line for a module: whoever touches it makes all its proofs stale.
            what = "the proofs are stale: this or what the tests share has changed"
            yield Problem(module, 0, what, RECORD, one.path)
            continue
        elif airflow and airflow not in row["held"]:
            what = f"the claim “{one.id}” has not been tried on Airflow {airflow}"
            remedy = RECORD
        elif row["by"] not in proofs.PROOFS:
            what = f"the claim “{one.id}” is proven by {row['by']!r}"
            remedy = f"write one of {', '.join(proofs.PROOFS)}"
        else:
            continue
        yield Problem(one.path, one.line, what, remedy)


def _unstated(project: Project, stated: set[str]) -> Iterator[Problem]:
    remedy = "state it on a page of docs/concepts, or remove the test"
    for claim, row in proofs.claims(project).items():
        if claim not in stated:
            what = f"no page states the claim “{claim}”"
            yield Problem(row["test"].partition("::")[0], 0, what, remedy)
    for claim, (path, line) in marked(project).items():
        if claim not in stated:
            what = f"no page states the claim “{claim}”"
            yield Problem(path, line, what, remedy)


def _parts(project: Project, written: Sequence[ConceptPage]) -> Iterator[Problem]:
    from dagbook.concepts.diagrams import DIAGRAMS

    tables = proofs.tables(project)
    used = {name for page in written for name in page.tables}
    for page in written:
        for name, line in page.tables.items():
            if name not in tables:
                what = f"no test has computed the table “{name}”"
                yield Problem(page.path, line, what, RECORD)
        for name, line in page.diagrams.items():
            if name not in DIAGRAMS:
                what = f"there is no diagram “{name}”"
                remedy = f"write one of {', '.join(DIAGRAMS)}"
                yield Problem(page.path, line, what, remedy)
    name = project.relative(proofs.tables_file(project))
    for table in sorted(set(tables) - used):
        what = f"no page shows the table “{table}”"
        yield Problem(name, 0, what, f"write <!-- table: {table} -->, or drop it")


def _stale(project: Project) -> set[str]:
    modules: Mapping[str, str] = proofs.load(proofs.claims_file(project)).get(
        "modules", {}
    )
    return {
        name
        for name, sealed in modules.items()
        if not (path := project.root / name).is_file()
        or proofs.fingerprint(project, path) != sealed
    }


def _files(project: Project) -> Iterator[Problem]:
    both = (proofs.claims_file(project), proofs.tables_file(project))
    for path in both:
        if not path.is_file():
            continue
        name, text = project.relative(path), files.text(path)
        if not recording.sealed(text):
            what, remedy = "the results were edited by hand", f"undo that, or {RECORD}"
            yield Problem(name, 0, what, remedy)
        for number, leak in leaking_lines(text):
            what, remedy = f"the results carry {leak}", "keep it out of the test"
            yield Problem(name, number, what, remedy)


def marked(project: Project) -> dict[str, tuple[str, int]]:
    """Return the claims that marks in the tests name, with file and line."""
    found: dict[str, tuple[str, int]] = {}
    for path in _modules(project):
        name = project.relative(path)
        for claim, line in _marks(files.text(path)):
            found[claim] = (name, line)
    return found


@lru_cache(maxsize=1024)
def _marks(text: str) -> tuple[tuple[str, int], ...]:
    """Return claim and line of each mark of a test module."""
    return tuple(
        (str(value.value), value.lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "claim"
        for value in node.args
        if isinstance(value, ast.Constant)
    )


def test_names(project: Project) -> set[str]:
    """Return every claim that some test is there for, computed names included."""
    names = set(marked(project))
    for machine in ("run-states", "task-states"):
        names |= {str(row["id"]) for row in transitions(project, machine)}
    return names


test_names.__test__ = False  # type: ignore[attr-defined]  # not a test


def installed() -> str:
    """Return the version of the Airflow beside us; empty without one."""
    try:
        return version("apache-airflow-core")
    except PackageNotFoundError:
        return ""


def _modules(project: Project) -> list[Path]:
    return sorted(proofs.folder(project).glob("test_*.py"))
