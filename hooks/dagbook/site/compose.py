"""A written page and its data become the page that is rendered.

Added are the front matter that the theme reads, the header, the graph after the lead,
the checklist's own words under each bullet's heading, ``Run it yourself`` before
``Pitfalls``, and the related examples and questions of the front matter at the end.
Everything else stays what was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from dagbook.concepts import compose as concepts
from dagbook.examples.example import Example, contract
from dagbook.fences import preprocess as annotate
from dagbook.pages import reader as pages
from dagbook.problems import DagbookError, Problem
from dagbook.site import run_it_yourself as try_it
from dagbook.spec.load import Item
from dagbook.views import html as markup
from dagbook.views import markdown as mdtext


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
        text = path.read_text(encoding="utf-8")
    page = pages.parse(text, name)
    if page.faults:
        raise DagbookError(page.faults)
    try:
        scenarios = example.recording["scenarios"]
    except LookupError as error:
        what, _, remedy = str(error.args[0]).partition(" — ")
        raise DagbookError(Problem(name, 0, what, remedy)) from error
    lines = annotate.annotate(text.splitlines(), name, item.id)
    parts = [
        _front(item, page),
        f"# {page.front.title}\n",
        _fence("dagbook-header", _header_arguments(example, page)),
        *_lead(lines, page),
        _graph(example, page, scenarios),
        *_sections(example, lines, page),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts if part.strip())


def plain(path: str, text: str) -> str:
    """Return a page that is no example, with the place written into its fences.

    Args:
        path: the page, relative to the root.
        text: its Markdown.
    """
    if not annotate.has_fences(text):
        return text
    return "\n".join(annotate.annotate(text.split("\n"), path))


def _front(item: Item, page: pages.Page) -> str:
    # JSON is YAML, and leaves no question of quoting open.
    rows = {
        "title": page.front.title,
        "description": page.front.summary,
        "tags": list(item.tags),
        "hide": ["tags"],
    }
    body = "\n".join(
        f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in rows.items()
    )
    return f"---\n{body}\n---\n"


def _fence(kind: str, arguments: dict[str, object]) -> str:
    body = "\n".join(
        f"{key}: {json.dumps(value, ensure_ascii=False) if key != 'page' else value}"
        for key, value in arguments.items()
    )
    return f"```{kind}\n{body}\n```\n"


def _header_arguments(example: Example, page: pages.Page) -> dict[str, object]:
    arguments: dict[str, object] = {
        "example": example.item.id,
        "page": page.path,
        "line": 1,
        "airflow": page.front.airflow,
    }
    if page.front.airflow_max:
        arguments["airflow_max"] = page.front.airflow_max
    if page.front.requires:
        arguments["requires"] = list(page.front.requires)
    return arguments


def _lead(lines: Sequence[str], page: pages.Page) -> Iterator[str]:
    first = page.lead.line
    last = page.sections[0].line if page.sections else len(lines) + 1
    yield "\n".join(lines[first - 1 : last - 1])


def _graph(example: Example, page: pages.Page, scenarios: dict[str, object]) -> str:
    if any(fence.language == "graph" for fence in page.lead.fences):
        return ""  # the page has chosen its own
    arguments: dict[str, object] = {
        "example": example.item.id,
        "page": page.path,
        "line": 1,
    }
    default = scenarios.get("default")
    if isinstance(default, dict) and default.get("dag_id") == example.item.stem:
        arguments["scenario"] = "default"
    return _fence("graph", arguments)


def _sections(
    example: Example, lines: Sequence[str], page: pages.Page
) -> Iterator[str]:
    bullets = iter(example.item.bullets)
    own = {section.line for section in page.bullet_sections}
    starts = [section.line for section in page.sections]
    ends = [*starts[1:], len(lines) + 1]
    run = try_it.section(example, page.front.requires)
    for section, end in zip(page.sections, ends, strict=True):
        if run and section.title in ("Pitfalls", "Related"):
            yield run
            run = ""
        yield lines[section.line - 1] + "\n"
        if section.line in own and (bullet := next(bullets, None)):
            yield (
                '<p class="db-bullet" data-search-exclude><span>Checklist</span> '
                f"{markup.text(bullet.text)}</p>\n"
            )
        yield "\n".join(lines[section.line : end - 1])
        if section.title == "Related":
            yield _related(example, page)
    if run:
        yield run
    if "Related" not in page.standing and (related := _related(example, page)):
        yield "## Related\n"
        yield related
    yield _concepts(example)
    yield _questions(page)


def _related(example: Example, page: pages.Page) -> str:
    spec = contract(example.project)
    rows = []
    for item_id in page.front.related:
        item = spec.by_id.get(item_id)
        if item is None:
            what = f"related item {item_id} is not in docs/spec"
            raise DagbookError(Problem(page.path, 1, what, "correct the id"))
        path = item.paths(example.project).page
        if path.is_file():
            front = pages.read(path, example.project).front
            up = "../" * (example.item.folder.count("/") + 1)
            words = front.title or item.title
            rows.append(
                f"- [{item.id} {words}]({up}{item.folder}/{item.stem}.md): "
                f"{front.summary}"
            )
    return "\n" + "\n".join(rows) + "\n" if rows else ""


def _concepts(example: Example) -> str:
    """Return links to the sections of concept pages that name the example."""
    paths = example.item.paths(example.project)
    here = f"{example.item.folder}/{paths.page.name}"
    found = [
        mdtext.link(words, target, here)
        for words, target in concepts.links(example.project, example.item.id)
    ]
    return f"**Concepts:** {'; '.join(found)}\n{{ .db-shown }}\n" if found else ""


def _questions(page: pages.Page) -> str:
    if not page.front.questions:
        return ""
    rows = [
        f"- [{question.text}]({question.link})"
        if question.link
        else f"- {question.text}"
        for question in page.front.questions
    ]
    return "## Questions this page answers\n\n" + "\n".join(rows) + "\n"
