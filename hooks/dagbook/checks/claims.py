"""The claims of the concept pages and their proofs: what is wrong with them.

``problems`` compares what the pages state with what the tests have proven, without
running anything.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dagbook.concepts import proofs as claims_results
from dagbook.concepts.claims import RECORD, implied, transitions
from dagbook.concepts.markers import ConceptPage, Stated, pages
from dagbook.problems import Problem
from dagbook.project import Project
from dagbook.recording import file as recording
from dagbook.recording.leaks import leaking_lines


def problems(project: Project, items: Iterable[str] = ()) -> list[Problem]:
    """Return what is wrong with the claims of the concept pages.

    A claim without a test or whose test has not passed as it is now, a test whose claim
    no page states, a claim stated twice, a sentence without a claim, a generated part
    that does not exist, and results edited by hand.

    Args:
        project: the checkout.
        items: ids that the contract knows, to which pages may refer; empty for any.
    """
    found: list[Problem] = []
    written = pages(project)
    if not written:
        return found
    for page in written:
        found += page.faults
    stated = [one for page in written for one in page.stated]
    stated += [one for page in written for one in implied(project, page)]
    found += _twice(stated)
    found += _unknown(written, {one.id for one in stated})
    found += _unproven(project, stated)
    found += _unstated(project, {one.id for one in stated})
    found += _parts(project, written)
    known = set(items)
    for page in written:
        for shown in page.shown:
            for item in shown.items if known else ():
                if item not in known:
                    what = f"the spec has no item {item}"
                    place = Problem(page.path, shown.line, what, "correct the id")
                    found.append(place)
    found += _files(project)
    return sorted(set(found))


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
    held = claims_results.claims(project)
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
        elif row["by"] not in claims_results.PROOFS:
            what = f"the claim “{one.id}” is proven by {row['by']!r}"
            remedy = f"write one of {', '.join(claims_results.PROOFS)}"
        else:
            continue
        yield Problem(one.path, one.line, what, remedy)


def _unstated(project: Project, stated: set[str]) -> Iterator[Problem]:
    remedy = "state it on a page of docs/concepts, or remove the test"
    for claim, row in claims_results.claims(project).items():
        if claim not in stated:
            what = f"no page states the claim “{claim}”"
            yield Problem(row["test"].partition("::")[0], 0, what, remedy)
    for claim, (path, line) in marked(project).items():
        if claim not in stated:
            what = f"no page states the claim “{claim}”"
            yield Problem(path, line, what, remedy)


def _parts(project: Project, written: Sequence[ConceptPage]) -> Iterator[Problem]:
    from dagbook.concepts.diagrams import DIAGRAMS

    tables = claims_results.tables(project)
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
    name = project.relative(claims_results.tables_file(project))
    for table in sorted(set(tables) - used):
        what = f"no page shows the table “{table}”"
        yield Problem(name, 0, what, f"write <!-- table: {table} -->, or drop it")


def _stale(project: Project) -> set[str]:
    modules: Mapping[str, str] = claims_results.load(
        claims_results.claims_file(project)
    ).get("modules", {})
    return {
        name
        for name, sealed in modules.items()
        if not (path := project.root / name).is_file()
        or claims_results.fingerprint(project, path) != sealed
    }


def _files(project: Project) -> Iterator[Problem]:
    both = (claims_results.claims_file(project), claims_results.tables_file(project))
    for path in both:
        if not path.is_file():
            continue
        name, text = project.relative(path), path.read_text("utf-8")
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
        for claim, line in _marks(path.read_text("utf-8")):
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
    return sorted(claims_results.folder(project).glob("test_*.py"))
