"""Every page that lists examples: none of them is written by hand.

``pages`` returns them all, keyed by their path below ``docs``. Sections and subsections
may have a written ``index.md``: its prose stays, and the line ``<!-- examples -->`` in
it is replaced by the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dagbook.examples.coverage import Coverage, ItemState, coverage, tally
from dagbook.project import Project
from dagbook.site import catalogue, find, navigation
from dagbook.site import coverage as coverage_page
from dagbook.spec.load import load
from dagbook.spec.model import SpecFile, Subsection
from dagbook.views import markdown as mdtext

MARKER = "<!-- examples -->"


def pages(
    project: Project,
    covered: Coverage | None = None,
    extra: Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return the Markdown of every generated page.

    Args:
        project: the checkout.
        covered: what exists, if the caller has it already.
        extra: path and title of further pages for the navigation, such as the reference
            of the tools; they are listed under Contributing.

    Returns:
        Markdown by path below ``docs``, ``SUMMARY.md`` for the navigation among them.

    Raises:
        DagbookError: the contract cannot be read.
    """
    found = covered or coverage(project, load(project))
    result = index_pages(project, found)
    result |= coverage_page.pages(found)
    result["catalogue.md"] = catalogue.page(project, found)
    result |= find.pages(project, found)
    titles = {path: title(text) for path, text in result.items()}
    result["SUMMARY.md"] = navigation.summary(project, found, titles, extra)
    return result


def index_pages(project: Project, covered: Coverage) -> dict[str, str]:
    """Return the index of each section, and of each subsection that has begun."""
    result = {}
    for file in covered.spec.files:
        begun = {
            sub.number: sub.folder
            for sub in file.subsections
            if has_begun(project, sub)
        }
        path = f"{file.slug}/index.md"
        result[path] = section_index(covered, file, _written(project, path), begun)
        for sub in file.subsections:
            if sub.number in begun:
                path = f"{sub.folder}/index.md"
                result[path] = subsection_index(covered, sub, _written(project, path))
    return result


def has_begun(project: Project, sub: Subsection) -> bool:
    """Tell whether a subsection has a page at all, its own or that of an example."""
    folder = project.docs / sub.folder
    return folder.is_dir() and any(folder.glob("*.md"))


def section_index(
    covered: Coverage, file: SpecFile, written: str | None, begun: dict[str, str]
) -> str:
    """Return the index page of a section.

    Args:
        covered: what exists.
        file: the section's checklist.
        written: the hand-written page; without one the checklist's words stand in.
        begun: the folders of the subsections that have a page, by number.
    """
    path = f"{file.slug}/index.md"
    parts = []
    for sub in file.subsections:
        states = [covered.by_id[item.id] for item in sub.items]
        words = mdtext.text(f"{sub.number} {sub.title}")
        if sub.number in begun:
            words = mdtext.link(words, f"{begun[sub.number]}/index.md", path)
        done = tally(states)
        parts.append(f"## {words} {{ #{anchor(sub.number)} }}\n")
        parts.append(f"{done.items_ticked} of {done.items} examples.\n")
        parts.append(examples_table(states, path))
    return _place(written or _fallback(file.title, file.overview), "\n".join(parts))


def subsection_index(covered: Coverage, sub: Subsection, written: str | None) -> str:
    """Return the index page of a subsection; the arguments as in ``section_index``."""
    states = [covered.by_id[item.id] for item in sub.items]
    table = examples_table(states, f"{sub.folder}/index.md")
    return _place(written or _fallback(sub.title, sub.overview), table)


def examples_table(states: Iterable[ItemState], page: str) -> str:
    """Return a table of examples: link, level, outcome, one-line summary.

    Args:
        states: the examples, in order.
        page: the page that carries the table, relative to ``docs``.
    """
    rows = []
    for state in states:
        item = state.item
        if state.page:
            target = f"{item.folder}/{item.stem}.md"
            words = mdtext.text(state.page.front.title or item.title)
            name = f"{item.id} {mdtext.link(words, target, page)}"
            about = mdtext.text(state.page.front.summary)
        else:
            name = mdtext.quiet(f"{item.id} {mdtext.text(item.title)}")
            about = mdtext.quiet("not yet written")
        rows.append((name, item.level, item.outcome, about))
    head = ("Example", "Level", "Outcome", "What it shows")
    return mdtext.box("db-examples", mdtext.table(head, rows))


def title(text: str) -> str:
    """Return the first heading of a page; empty when it has none."""
    heading = re.search(r"^# (.+?)\s*$", text, re.M)
    return heading.group(1) if heading else ""


def anchor(number: str) -> str:
    """Return the anchor of a subsection on the pages that list it: ``s16-1``."""
    return "s" + number.replace(".", "-")


def _written(project: Project, path: str) -> str | None:
    file = project.docs / path
    return file.read_text("utf-8") if file.is_file() else None


def _fallback(heading: str, overview: str) -> str:
    return f"# {heading}\n\n{mdtext.text(overview)}\n\n{MARKER}\n"


def _place(written: str, table: str) -> str:
    before, _, after = written.partition(MARKER)
    return f"{before.rstrip()}\n\n{table.rstrip()}\n\n{after.strip()}".rstrip() + "\n"
