"""Rules and budgets of a page that begins with its answer."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook.checks.rules import rule
from dagbook.checks.tree import Tree
from dagbook.examples.example import Example
from dagbook.pages import snippets
from dagbook.pages.model import Fence, Page, SnippetRef
from dagbook.problems import DagbookError, Problem

TITLE = 60
"""Characters."""
ANSWER, SECTION, PAGE, PITFALL = 45, 80, 450, 25
"""Words of prose in a part of the page."""
CODE = (3, 12)
"""Lines of a code block; the lower number binds the answer."""
BLOCKS, RESULTS, PITFALLS, RELATED = 5, 5, 5, 4
"""How many of each, besides what the build adds."""

RECORDED = ("run", "graph", "schedule")
"""The fences that show a result; all others show code."""
GENERATED = (
    *("What happened", "How it is tested", "Run it yourself", "On a real scheduler"),
    *("Related", "Evidence", "Questions", "Questions this page answers"),
)


@rule("new page")
def sections(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse other sections than one for each bullet, in order, and then Pitfalls."""
    titles = [section.title for section in page.sections]
    for section in page.sections:
        if section.title in GENERATED:
            what = f"the section “{section.title}” is generated"
            yield Problem(page.path, section.line, what, "remove it")
    if "Pitfalls" in titles[:-1]:
        line = page.sections[titles.index("Pitfalls")].line
        yield Problem(page.path, line, "“Pitfalls” is not the last section", "move it")


@rule("new page", budget="title")
def title(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a title of more than 60 characters."""
    if (length := len(page.front.title)) > TITLE:
        what = f"the title has {length} characters, {TITLE} are allowed"
        yield Problem(page.path, 2, what, "name one task or one symptom")


@rule("new page", budget="answer")
def answer(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse an answer without words, or of more than 45 words."""
    if not 0 < page.lead.words <= ANSWER:
        what = f"the answer has {page.lead.words} words, {ANSWER} are allowed"
        remedy = "say the cause and the fix before the first ##"
        yield Problem(page.path, page.lead.line, what, remedy)


@rule("new page", budget="answer-code")
def answer_code(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse an answer without exactly one code block, of the example itself."""
    code = [fence for fence in page.lead.fences if fence.language not in RECORDED]
    if len(code) != 1:
        what = f"the answer has {len(code)} code blocks"
        remedy = "show one: a section of the DAG or of the test, or a request fence"
        yield Problem(page.path, page.lead.line, what, remedy)
    for fence in code:
        lines = _lines(page, fence, tree)
        if fence.language != "request" and not any(
            example.owns(ref.path) and ref.section for ref in _refs(page, fence)
        ):
            what = "the code of the answer is no piece of the example"
            remedy = "show a section of the DAG or of the test, or a request fence"
            yield Problem(page.path, fence.line, what, remedy)
        elif lines and lines < CODE[0]:
            what = f"the code of the answer has {lines} lines"
            yield Problem(page.path, fence.line, what, f"show at least {CODE[0]}")


@rule("new page", budget="answer-result")
def answer_result(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse an answer without exactly one recorded result."""
    results = [fence for fence in page.lead.fences if fence.language in RECORDED]
    if len(results) != 1:
        what = f"the answer has {len(results)} recorded results"
        remedy = "show one of 1 to 3 lines below its code, with a run fence"
        yield Problem(page.path, page.lead.line, what, remedy)


@rule("new page", budget="code")
def code(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a code block of more than 12 lines, or the whole file."""
    dag = tree.project.relative(example.paths.dag)
    for fence in page.fences:
        lines = _lines(page, fence, tree)
        if any(ref.path == dag and not ref.section for ref in _refs(page, fence)):
            what, remedy = "shows the whole file", "remove it: the build adds the file"
            yield Problem(page.path, fence.line, what, remedy)
        elif fence.language not in RECORDED and lines > CODE[1]:
            what = f"a code block of {lines} lines, {CODE[1]} are allowed"
            yield Problem(page.path, fence.line, what, "mark a smaller section")


@rule("new page", budget="section")
def section(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a section of more than 80 words."""
    for part in page.bullet_sections:
        if part.words > SECTION:
            what = (
                f"section “{part.title}” has {part.words} words, {SECTION} are allowed"
            )
            yield Problem(page.path, part.line, what, "say why it works, and no more")


@rule("new page", budget="evidence")
def evidence(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a section after the first that shows neither code nor a result."""
    for part in page.bullet_sections[1:]:
        if not part.fences:
            what = f"section “{part.title}” shows neither code nor a recorded result"
            yield Problem(page.path, part.line, what, "show what its words say")


@rule("new page", budget="page")
def page(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a page of more than 450 words."""
    words = sum(part.words for part in page.parts)
    if words > PAGE:
        what = f"the page has {words} words, {PAGE} are allowed"
        yield Problem(page.path, 0, what, "cut, or leave a part to another example")


@rule("new page", budget="blocks")
def blocks(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse more than five code blocks on a page."""
    shown = [fence for fence in page.fences if fence.language not in RECORDED]
    if len(shown) > BLOCKS:
        what = f"{len(shown)} code blocks, {BLOCKS} are allowed"
        remedy = "the file as a whole is on the page: show less of it"
        yield Problem(page.path, shown[BLOCKS].line, what, remedy)


@rule("new page", budget="results")
def results(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse more than five recorded results on a page."""
    shown = [fence for fence in page.fences if fence.language in RECORDED]
    if len(shown) > RESULTS:
        what = f"{len(shown)} recorded results, {RESULTS} are allowed"
        remedy = "leave the rest to Evidence, which shows every scenario"
        yield Problem(page.path, shown[RESULTS].line, what, remedy)


@rule("new page", budget="twice")
def twice(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a result that the page shows twice, those that the build adds included."""
    seen = {("default", "states"): "by the build"}
    for fence in page.fences:
        if fence.language != "run":
            continue
        scenario = str(fence.options.get("scenario", "default"))
        shown = fence.options.get("show", ["states"])
        for word in map(str, shown if isinstance(shown, list) else ()):
            if first := seen.get((scenario, word)):
                what = f"“{word}” of scenario “{scenario}” twice, first {first}"
                yield Problem(page.path, fence.line, what, "remove it here")
            seen.setdefault((scenario, word), f"in line {fence.line}")


@rule("new page", budget="pitfalls")
def pitfalls(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse more than five pitfalls, or one of more than 25 words."""
    part = page.standing.get("Pitfalls")
    if part is None:
        return
    for line, _ in part.items[PITFALLS : PITFALLS + 1]:
        what = f"{len(part.items)} pitfalls, {PITFALLS} are allowed"
        yield Problem(page.path, line, what, "keep those that cost a reader most")
    for line, words in part.items:
        if words > PITFALL:
            what = f"a pitfall of {words} words, {PITFALL} are allowed"
            yield Problem(page.path, line, what, "say what happens and what to do")


@rule("new page", budget="related")
def related(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse more than four related links."""
    if (number := len(page.front.related)) > RELATED:
        what = f"{number} related links, {RELATED} are allowed"
        yield Problem(page.path, 1, what, "keep the nearest")


def _refs(page: Page, fence: Fence) -> list[SnippetRef]:
    last = fence.line + len(fence.body.splitlines())
    return [ref for ref in page.snippets if fence.line <= ref.line <= last]


def _lines(page: Page, fence: Fence, tree: Tree) -> int:
    """Return how many lines of code a fence shows, blank ones left out.

    What the build counts is 0.
    """
    if fence.language in ("request", "diff"):
        return 0
    refs = _refs(page, fence)
    number = len(fence.body.splitlines()) - len(refs)
    for ref in refs:
        try:
            found = snippets.of_file(tree.project, tree.project.root / ref.path)
        except DagbookError:
            continue
        if ref.section in found:
            rows = found[ref.section].text.splitlines()
            number += sum(bool(row.strip()) for row in rows)
    return number
