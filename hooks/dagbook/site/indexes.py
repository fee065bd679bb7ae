"""Every page that lists examples: none of them is written by hand.

Sections and subsections may have a written ``index.md``: its prose stays, and the line
``<!-- examples -->`` in it is replaced by the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dagbook import files, templates
from dagbook.examples.coverage import Coverage, ItemState, coverage, tally
from dagbook.project import Project
from dagbook.site import bundles, find, navigation, symbols
from dagbook.spec.load import load
from dagbook.spec.model import SpecFile, Subsection
from dagbook.views import markdown

MARKER = "<!-- examples -->"
_LISTS = templates.Macros("site", "lists.md.jinja")
templates.filters(tally)


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
    result = _index_pages(project, found)
    result |= _coverage_pages(found)
    result["catalogue.md"] = _catalogue(project, found)
    result |= find.pages(project, found)
    titles = {path: title(text) for path, text in result.items()}
    result["SUMMARY.md"] = navigation.summary(project, found, titles, extra)
    return result


def _index_pages(project: Project, covered: Coverage) -> dict[str, str]:
    """Return the index of each section, and of each subsection that has begun."""
    result = {}
    for file in covered.spec.files:
        begun = {
            sub.number: sub.folder for sub in file.subsections if _begun(project, sub)
        }
        path = f"{file.slug}/index.md"
        table = _LISTS.sections(file, path, begun, covered.of)
        result[path] = _place(project, path, file, table)
        for sub in file.subsections:
            if sub.number in begun:
                path = f"{sub.folder}/index.md"
                table = _LISTS.examples(covered.of(sub.items), path)
                if any(state.page for state in covered.of(sub.items)):
                    table += _LISTS.download(bundles.zip_name(sub.number))
                result[path] = _place(project, path, sub, table)
    return result


def _begun(project: Project, sub: Subsection) -> bool:
    """Tell whether a subsection has a page at all, its own or that of an example."""
    folder = project.docs / sub.folder
    return folder.is_dir() and any(folder.glob("*.md"))


def _place(project: Project, path: str, of: SpecFile | Subsection, table: str) -> str:
    """Return a table in its place on the written page, or below the overview."""
    file = project.docs / path
    written = f"# {of.title}\n\n{markdown.text(of.overview)}\n\n{MARKER}\n"
    if file.is_file():
        written = files.text(file)
    before, _, after = written.partition(MARKER)
    return f"{before.rstrip()}\n\n{table.strip()}\n\n{after.strip()}".rstrip() + "\n"


def _coverage_pages(covered: Coverage) -> dict[str, str]:
    """Return the sums, and each checklist with its boxes as the build ticks them."""
    files, of = covered.spec.files, covered.of
    result = {
        checklist(file): _filled("checklist", file=file, states=of) for file in files
    }
    sums = _filled("coverage", total=covered.total, files=files, states=of)
    return {"coverage.md": sums, **result}


def _catalogue(project: Project, covered: Coverage) -> str:
    """Return the table of all examples, which is complete without a script.

    ``assets/filter.js`` adds a field to search it, and one choice for each column named
    in ``data-db-filter`` that divides the examples.
    """
    titles = {n: f"{n} {sub.title}" for n, sub in covered.spec.subsections.items()}
    rows = []
    for state in covered.states:
        if state.page:
            dag = state.item.paths(project).dag
            rows.append(
                {
                    "state": state,
                    "section": titles[state.item.subsection],
                    "shown": _shown(state),
                    "airflow": state.page.front.airflow.removeprefix(">="),
                    "uses": symbols.features(*symbols.of_file(project, dag)),
                }
            )
    return _filled("catalogue", rows=rows, total=len(covered.states))


def _shown(state: ItemState) -> str:
    """Return what the answer of a page shows: run, request, command or scheduler."""
    assert state.page
    asked = [fence.options for fence in state.page.lead.fences]
    for options in asked:
        exchanges = (
            (state.recording or {})
            .get("scenarios", {})
            .get(options.get("scenario"), {})
            .get("exchanges", ())
        )
        for one in exchanges:
            if one.get("name") == options.get("exchange"):
                return "command" if one["kind"] == "cli" else "request"
    live = any(str(one.get("scenario", "")).startswith("live/") for one in asked)
    return "scheduler" if live else "run"


def _filled(name: str, **values: object) -> str:
    return templates.fill("site", f"{name}.md.jinja", **values)


def title(text: str) -> str:
    """Return the first heading of a page; empty when it has none."""
    heading = re.search(r"^# (.+?)\s*$", text, re.M)
    return heading.group(1) if heading else ""


@templates.filters
def anchor(number: str) -> str:
    """Return the anchor of a subsection on the pages that list it: ``s16-1``."""
    return "s" + number.replace(".", "-")


@templates.filters
def checklist(file: SpecFile) -> str:
    """Return the page on which a checklist is shown, relative to ``docs``."""
    return f"spec/{file.slug}.md"
