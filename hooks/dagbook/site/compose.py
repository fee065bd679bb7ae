"""A written page and its data become the page that is rendered.

What stands before the first heading is the answer. Added are the front matter that the
theme reads, the line below the title, the whole file and its default run in the section
of the first bullet, the related examples of the front matter, and the evidence.
Everything else stays what was written.
"""

from __future__ import annotations

import html
import json
import re

from dagbook import files, templates
from dagbook.examples.example import Example
from dagbook.fences import preprocess as annotate
from dagbook.pages import reader as pages
from dagbook.pages.model import Page
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project
from dagbook.site import evidence, run_it_yourself
from dagbook.spec.model import Item
from dagbook.views import references


def compose(example: Example, text: str | None = None) -> str:
    """Return the Markdown of an example's page as the site renders it.

    Args:
        example: the item, whose page and recording exist.
        text: the written page; by default the file's content.

    Raises:
        DagbookError: the page cannot be read, or nothing is recorded yet.
    """
    project, item = example.project, example.item
    path = item.paths(project).page
    name = project.relative(path)
    if text is None:
        text = files.text(path)
    page = pages.parse(text, name)
    if page.faults:
        raise DagbookError(page.faults)
    try:
        _ = example.recording
    except LookupError as error:
        what, _, remedy = str(error.args[0]).partition(" — ")
        raise DagbookError(Problem(name, 0, what, remedy)) from error
    here = f"{item.folder}/{path.name}"
    linked = references.resolve(project, text.splitlines(), here)
    lines = annotate.annotate(linked, name, item.id)
    ends = [*(section.line for section in page.sections), len(lines) + 1]
    sections = [
        {
            "title": section.title,
            "line": section.line,
            "heading": lines[section.line - 1],
            "text": "\n".join(lines[section.line : end - 1]).strip("\n"),
        }
        for section, end in zip(page.sections, ends[1:], strict=True)
    ]
    first = page.bullet_sections[0] if page.bullet_sections else None
    return templates.fill(
        "site",
        "page.md.jinja",
        front=_front(item, page),
        title=page.front.title,
        header=_body(example, page, airflow=page.front.airflow, **_latest(page)),
        answer="\n".join(lines[page.lead.line - 1 : ends[0] - 1]),
        sections=sections,
        shown_in=first.line if first else 0,
        file=_body(example, page, errors=not _shows_errors(page)),
        run_it=run_it_yourself.commands(example, page.front.requires),
        related=_related(example, page, here),
        has_related="Related" in page.standing,
        evidence=evidence.evidence(example, page),
    )


def plain(project: Project, path: str, text: str) -> str:
    """Return a page that is no example, with its links, and the place in its fences.

    Args:
        project: the checkout.
        path: the page, relative to the root.
        text: its Markdown.
    """
    lines = text.split("\n")
    name = path.removeprefix("docs/")
    if name != path and not name.startswith("contributing/"):
        lines = references.resolve(project, lines, name)
    if annotate.has_fences(text):
        lines = annotate.annotate(lines, path)
    return "\n".join(lines)


def _front(item: Item, page: Page) -> dict[str, object]:
    return {
        # The theme takes them as they are.
        "title": html.escape(page.front.title, quote=False),
        "description": html.escape(page.front.summary),
        "tags": list(item.tags),
        "hide": ["tags"],
    }


def _latest(page: Page) -> dict[str, str]:
    latest = page.front.airflow_max
    return {"airflow_max": latest} if latest else {}


def _body(example: Example, page: Page, **arguments: object) -> str:
    """Return the body of a fence that only the build writes."""
    place = [f'example: "{example.item.id}"', f"page: {page.path}", "line: 1"]
    # JSON is YAML, and leaves no question of quoting open.
    return "\n".join(place + [f"{k}: {json.dumps(v)}" for k, v in arguments.items()])


def _shows_errors(page: Page) -> bool:
    """Tell whether the page itself shows the errors of the default scenario."""
    runs = [fence.options for fence in page.fences if fence.language == "run"]
    shown = [
        str(word)
        for run in runs
        if run.get("scenario", "default") == "default"
        for word in run.get("show", ["states"])
    ]
    return any(word == "states" or word.startswith("error:") for word in shown)


def _related(example: Example, page: Page, here: str) -> str:
    """Return a list of links; what is not written yet stands there as text."""
    rows = [
        f"- [{one}]" if re.fullmatch(r"[\d.]+", one) else f"- {one}"
        for one in page.front.related
    ]
    return "\n".join(references.resolve(example.project, rows, here))
