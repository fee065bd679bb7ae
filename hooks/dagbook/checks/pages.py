"""Rules on the page of an example, whatever its form."""

from __future__ import annotations

from collections.abc import Iterator

from dagbook import files
from dagbook.checks.rules import rule
from dagbook.checks.tree import RecordingFile, Tree
from dagbook.examples.example import Example
from dagbook.fences import preprocess
from dagbook.fences import render as fences
from dagbook.pages import snippets
from dagbook.pages.model import Page, SnippetRef
from dagbook.pages.reader import parse
from dagbook.problems import DagbookError, Problem, choice

OUTPUT = (
    *("", "text", "txt", "plain", "plaintext", "console", "output", "log", "logs"),
    *("pycon", "pytb", "traceback", "shell-session", "stdout"),
)


@rule("example")
def unreadable(example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a page that is not UTF-8."""
    yield from example.unreadable


@rule("page")
def faults(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse front matter, headings, fences and snippets that cannot be read."""
    yield from page.faults


@rule("page")
def bullets(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a bullet without its section, and a section without its bullet."""
    found, wanted = page.bullet_sections, example.item.bullets
    known = (example.recorded or {}).get("bullets", [])
    texts = {bullet.text for bullet in wanted}
    # What has changed since the example was recorded is named rather than the last.
    asked = sorted(wanted, key=lambda bullet: bool(known) and bullet.text not in known)
    for bullet in asked[len(found) :]:
        what = f"no section for the bullet “{bullet.text}”"
        place = f"{example.item.path}:{bullet.line}"
        yield Problem(page.path, 0, what, f"add a ## section for {place}")
    gone = [was not in texts for was in known] + [False] * len(found)
    held = sorted(zip(gone, found, strict=False), key=lambda pair: pair[0])
    for _, section in held[len(wanted) :]:
        what = f"section “{section.title}” has no bullet in the checklist"
        remedy = f"the checklist has {len(wanted)}; use ### inside a section"
        yield Problem(page.path, section.line, what, remedy)


@rule("page")
def reworded(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a section whose bullet has other words than when it was recorded."""
    known = (example.recorded or {}).get("bullets", [])
    sections, bullets = page.bullet_sections, example.item.bullets
    if not known or len(sections) != len(bullets):
        return  # the rule on bullets says which one lacks its section
    same = len(known) == len(bullets)
    for nth, (bullet, section) in enumerate(zip(bullets, sections, strict=True)):
        if bullet.text == known[nth] if same else bullet.text in known:
            continue
        was = f"was “{known[nth]}”, and is" if same else "is new:"
        what = f"the bullet of “{section.title}” {was} “{bullet.text}”"
        again = f"run `make record ONLY={example.item.id}`"
        remedy = f"see that the section shows it, then {again}"
        yield Problem(page.path, section.line, what, remedy)


@rule("page")
def shown_files(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a snippet of a file or of a section that does not exist."""
    for ref in page.snippets:
        yield from _shown(page, ref, tree)


def _shown(page: Page, ref: SnippetRef, tree: Tree) -> Iterator[Problem]:
    path = tree.project.root / ref.path
    if not path.is_file():
        what = f"snippet of a file that does not exist: {ref.path}"
        yield Problem(page.path, ref.line, what, "correct the path")
        return
    try:
        known = snippets.of_file(tree.project, path)
    except DagbookError as error:
        yield from error.problems
        return
    if ref.section and ref.section not in known:
        what = f"{ref.path} has no section “{ref.section}”"
        names = ", ".join(known) or "none"
        yield Problem(page.path, ref.line, what, f"its sections: {names}")


@rule("page")
def pasted(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse output that was pasted into a fence."""
    for fence in page.fences:
        lines = [line for line in fence.body.splitlines() if line.strip()]
        snippet = all(line.lstrip().startswith("--8<--") for line in lines)
        if fence.language in OUTPUT and lines and not snippet:
            what = f"pasted output in a “{fence.language or 'plain'}” fence"
            remedy = "show it from the recording with a run fence; commands are sh"
            yield Problem(page.path, fence.line, what, remedy)


@rule("page")
def scenarios(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a fence with a scenario that is not recorded."""
    if example.recorded is None:
        return
    own = (example.item.id, example.item.stem)
    for fence in page.fences:
        if fence.language not in ("run", "graph", "request"):
            continue
        if fence.options.get("example", own[0]) not in own:
            continue
        fallback = None if fence.language == "graph" else "default"
        scenario = fence.options.get("scenario", fallback)
        if scenario is not None and scenario not in example.scenarios:
            what = f"no scenario “{scenario}” in the recording"
            live = str(scenario).startswith("live/")
            again = RecordingFile(example, live).again
            remedy = f"{choice(str(scenario), example.scenarios)}; to make it, {again}"
            yield Problem(page.path, fence.line, what, remedy)


@rule("page")
def references(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a reference to an example that the spec does not have."""
    for ident in page.front.related:
        if not ident.startswith("[") and ident not in tree.spec.by_id:
            what = f"related item {ident} is not in the spec"
            yield Problem(page.path, 1, what, "correct the id in the front matter")
    for ref in (r for part in page.parts for r in part.references):
        if ref.id not in tree.spec.by_id:
            what = f"[{ref.id}] is not in the spec"
            yield Problem(page.path, ref.line, what, "correct the id")


@rule("page", spare=True)
def drawn(page: Page, example: Example, tree: Tree) -> Iterator[Problem]:
    """Refuse a fence that the build could not draw."""
    if example.recorded and example.paths.dag.is_file():
        yield from _drawn(page, example.item.id, tree)


@rule("tree")
def drawn_elsewhere(tree: Tree) -> Iterator[Problem]:
    """Refuse a fence on any other page that the build could not draw."""
    own = {item.paths(tree.project).page for item in tree.spec.items}
    for path in tree.project.pages():
        if path in own or path.is_relative_to(tree.project.spec):
            continue
        text = files.text(path)
        if preprocess.has_fences(text):
            yield from _drawn(parse(text, tree.project.relative(path)), None, tree)


def _drawn(page: Page, item_id: str | None, tree: Tree) -> Iterator[Problem]:
    for fence in page.fences:
        if fence.language not in fences.KEYS:
            continue
        body = fence.body.splitlines()
        place = preprocess.place("", body, page.path, fence.line, item_id)
        try:
            fences.verify(fence.language, "\n".join([*place, *body]), tree.project)
        except fences.FenceError as error:
            # What is wrong with another file is reported where it is looked at.
            yield from (p for p in error.problems if p.path == page.path)
