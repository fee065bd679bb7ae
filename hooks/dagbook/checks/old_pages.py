"""Rules on a page that ``tests/exceptions.yml`` lists as not yet rewritten."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.examples.example import Example
from dagbook.pages.model import REQUIRED_STANDING, STANDING, Page
from dagbook.problems import Problem

WORDS = (40, 220)
"""Of prose in a section that answers a bullet."""


@rule("old page")
def order(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a page without lead, and sections in another order."""
    if not page.lead.words:
        what = "no lead above the first section"
        remedy = "say in 2 to 4 sentences which problem this solves, and for whom"
        yield Problem(page.path, page.lead.line, what, remedy)
    latest = -1
    for section in page.sections:
        what = f"section “{section.title}” after “{STANDING[latest]}”"
        if section.title == "Run it yourself":
            what = f"section “{section.title}” is made by the build"
            yield Problem(page.path, section.line, what, "remove it")
        elif section.title not in STANDING:
            if latest >= 0:
                remedy = "sections for the checklist's bullets come first"
                yield Problem(page.path, section.line, what, remedy)
        elif STANDING.index(section.title) < latest:
            remedy = f"order: {', '.join(STANDING)}"
            yield Problem(page.path, section.line, what, remedy)
        else:
            latest = STANDING.index(section.title)


@rule("old page")
def bullets(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a bullet's section with too few or too many words, or without code."""
    low, high = WORDS
    for section, bullet in zip(
        page.bullet_sections, example.item.bullets, strict=False
    ):
        if not low <= section.words <= high:
            what = f"section “{section.title}” has {section.words} words of prose"
            remedy = f"between {low} and {high} words on why: “{bullet.text}”"
            yield Problem(page.path, section.line, what, remedy)
        if not any(example.owns(ref.path) and ref.section for ref in section.snippets):
            what = f"section “{section.title}” shows no code of its example"
            remedy = f'add --8<-- "{tree.project.relative(example.paths.dag)}:section"'
            yield Problem(page.path, section.line, what, remedy)


@rule("old page")
def standing(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a page without pitfalls, without a run or without code of its test."""
    for title in REQUIRED_STANDING:
        if title not in page.standing:
            what = f"no section “{title}”"
            yield Problem(page.path, 0, what, f"add ## {title}")
    happened = page.standing.get("What happened")
    if happened and not any(fence.language == "run" for fence in happened.fences):
        what = "“What happened” shows no run"
        yield Problem(page.path, happened.line, what, "add a run fence")
    tested = page.standing.get("How it is tested")
    test = tree.project.relative(example.paths.test)
    if tested and not any(r.path == test and r.section for r in tested.snippets):
        what = "“How it is tested” shows no code of the test"
        yield Problem(page.path, tested.line, what, f'add --8<-- "{test}:section"')
