"""Everything that can be wrong with the tree, without running an example.

The same rules for ``dagbook check``, pre-commit, CI and the hook of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from dagbook.checks import fingerprint, readable
from dagbook.checks.published import texts
from dagbook.checks.rules import over
from dagbook.checks.tree import DagFile, RecordingFile, Tree
from dagbook.examples.example import Example
from dagbook.parsing import parse as parsing
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project

Progress = Callable[[int, int, str], None]
"""Called with (DAG files parsed, files to parse, name of the last one)."""


def check(
    project: Project,
    progress: Progress | None = None,
    only: str | None = None,
    live: bool = False,
) -> list[Problem]:
    """Return every problem of the tree, sorted, each once.

    Args:
        project: the checkout.
        progress: told of each DAG file that had to be parsed.
        only: items to check, as ``Spec.select`` reads it; then files that belong to no
            item and everything else outside these items are left out.
        live: also ask whether each example has run on a real scheduler as it is now.
            The site does not need that; landing a change does.

    A file that cannot be read at all is reported alone, and so is a checklist whose
    lines cannot: everything else depends on them.
    A tree in which nothing was found is looked at again when anything in it changes.
    """
    tree = fingerprint.fingerprint(project, only, live)
    if fingerprint.clean(project, tree):
        return []
    found = _check(project, progress, only, live)
    # What was saved meanwhile may have been read before or after.
    if not found and fingerprint.fingerprint(project, only, live) == tree:
        fingerprint.keep(project, tree)
    return found


def _check(
    project: Project, progress: Progress | None, only: str | None, live: bool
) -> list[Problem]:
    tree = Tree(project, only)
    try:
        examples = tree.examples
    except DagbookError as error:
        return readable.faults(Tree(project), None) or error.problems
    if found := readable.faults(tree, examples):
        return found
    for example in examples:
        shown: dict[str, Any] = {"example": example, "page": example.page_name}
        found += apply("example", tree, example, **shown)
        found += of_page(example, tree)
        found += of_recordings(example, tree)
    found += _dags(tree, progress)
    pages = {
        path: example.page_name
        for example in examples
        for path in (example.paths.dag, example.paths.test)
    }
    for path in texts(tree):
        found += apply("text", tree, path, page=pages.get(path, ""))
    if only is None:
        found += apply("tree", tree)
    if live:
        found += apply("landing", tree)
    return sorted(set(found))


def apply(
    subject: str,
    tree: Tree,
    *arguments: Any,
    example: Example | None = None,
    page: str = "",
) -> Iterator[Problem]:
    """Yield what the rules about a subject find.

    Args:
        subject: a key of ``rules.SUBJECTS``.
        tree: what is checked.
        arguments: what the rules look at.
        example: the one it belongs to: of a rewritten one budgets are asked, too.
        page: the page that shows it, named in each problem of another file.
    """
    told: set[tuple[str, int]] = set()
    for rule in over(subject):
        if rule.budget and (not example or tree.exceptions.waits(example.item.id)):
            continue
        try:
            seen = list(rule.find(*arguments, tree))
        except DagbookError as error:
            seen = error.problems
        found = [
            one if one.page or one.path == page else replace(one, page=page)
            for one in seen
            if not (rule.spare and (one.path, one.line) in told)
        ]
        place = (example.item.id if example else "", rule.budget)
        if found and rule.budget and tree.exceptions.excuses(*place):
            tree.excused.add(place)
            continue
        told |= {(one.path, one.line) for one in found if one.line}
        yield from found


def of_page(example: Example, tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the page of an example, if it can be read."""
    if page := example.page:
        old = tree.exceptions.waits(example.item.id)
        for subject in ("page", "old page" if old else "new page"):
            shown: dict[str, Any] = {"example": example, "page": page.path}
            yield from apply(subject, tree, page, example, **shown)


def of_recordings(example: Example, tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the recordings that an example has."""
    for live in (False, True):
        one = RecordingFile(example, live)
        if one.data:  # else it is missing
            shown: dict[str, Any] = {"example": example, "page": example.page_name}
            yield from apply("recording", tree, one, **shown)


def _dags(tree: Tree, progress: Progress | None) -> Iterator[Problem]:
    """Yield what is wrong with the DAG files, each with the page that refers to it."""
    project = tree.project
    own = {e.paths.dag: e for e in tree.examples if e.paths.dag.is_file()}
    pages = {path: example.page_name for path, example in own.items()}
    for example in tree.examples:
        for ref in example.page.snippets if example.page else ():
            pages.setdefault(project.root / ref.path, example.page_name)
    every = set(own) | set(project.dag_files() if tree.only is None else ())
    for name, parsed in parsing.parse(project, sorted(every), progress).items():
        path = project.root / name
        file, shown = DagFile(name, path, parsed, own.get(path)), pages.get(path, "")
        yield from apply("dag", tree, file, example=own.get(path), page=shown)
