"""Rules on ``tests/exceptions.yml``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dagbook.checks.answer_first import GENERATED
from dagbook.checks.rules import budgets, rule
from dagbook.checks.tree import Tree
from dagbook.examples.exceptions import GROUP, MOST
from dagbook.problems import Problem


@rule("tree")
def readable(tree: Tree) -> Iterator[Problem]:
    """Refuse exceptions that cannot be read, are unknown, or are more than 15."""
    listed = tree.exceptions
    yield from listed.faults
    for one in listed.entries[MOST:][:1]:
        what = f"{len(listed.entries)} exceptions, {MOST} are allowed"
        yield Problem(listed.path, one.line, what, "rewrite one of these examples")
    for one in listed.entries:
        if one.budget not in budgets():
            what, names = f"no budget “{one.budget}”", ", ".join(sorted(budgets()))
            yield Problem(listed.path, one.line, what, f"budgets: {names}")
        if not one.reason.strip():
            yield Problem(listed.path, one.line, "no reason", "say why it is needed")
    named = [(one.id, one.line) for one in listed.entries]
    for ident, line in (*named, *listed.waiting):
        if ident not in tree.spec.by_id:
            what = f"{ident} is not in the spec"
            yield Problem(listed.path, line, what, "correct the id")


@rule("tree", spare=True)
def needed(tree: Tree) -> Iterator[Problem]:
    """Refuse an exception that no example needs any more."""
    listed = tree.exceptions
    twice = Counter(ident for ident, _ in listed.waiting)
    there = {example.item.id: example for example in tree.examples}
    for one in listed.entries:
        if (one.id, one.budget) not in tree.excused:
            what = f"{one.id} keeps its budget “{one.budget}”"
            yield Problem(listed.path, one.line, what, "remove the entry")
    for ident, line in listed.waiting:
        example = there.get(ident)
        page = example.page if example else None
        if twice[ident] > 1:
            yield Problem(listed.path, line, f"{ident} twice", "remove one")
        elif example is None:
            what = f"{ident} is not written"
            yield Problem(listed.path, line, what, f"remove it from {GROUP}")
        elif page and not any(s.title in GENERATED for s in page.sections):
            what = f"{ident} is rewritten"
            yield Problem(listed.path, line, what, f"remove it from {GROUP}")
