"""The block at the top of an example's page: what it is, that it ran, and the file."""

from __future__ import annotations

from collections.abc import Sequence

from dagbook.examples.example import Example
from dagbook.views import html as markup
from dagbook.views import states

#: How the checklists' outcome reads as the state of a run.
_OUTCOMES = {"success": "success", "failure": "failed", "warning": "up_for_retry"}


def render(
    example: Example, airflow: str, latest: str | None, requires: Sequence[str]
) -> str:
    """Return the header as HTML.

    Args:
        example: the item and its files.
        airflow: the declared versions, such as ``>=3.1``.
        latest: the newest version it is declared for, or None.
        requires: distributions that the file needs besides Airflow.

    Raises:
        LookupError: the example has no recording.
    """
    item = example.item
    up = "../" * (item.folder.count("/") + 1)
    tags = "".join(
        f'<a class="db-tag" href="{up}tags.html#tag:{markup.text(tag)}">'
        f"{markup.text(tag)}</a>"
        for tag in item.tags[:-1]
    )
    outcome = (
        f'<a class="db-tag db-tag--outcome" href="{up}tags.html#tag:'
        f'{markup.text(item.outcome)}">'
        f"{states.pill(_OUTCOMES.get(item.outcome, 'failed'), item.outcome)}</a>"
    )
    return (
        # An element of its own name: the search forgets what it leaves out at the first
        # closing tag of the same name.
        '<header class="db-head" data-search-exclude>'
        f'<p class="db-head__line"><b class="db-id">{item.id}</b>{tags}{outcome}'
        f"{_proof(example, airflow, latest, requires)}</p>"
        f"{_get(example)}{_file(example)}</header>"
    )


def _proof(
    example: Example, airflow: str, latest: str | None, requires: Sequence[str]
) -> str:
    data = example.recording
    scenarios = markup.plural(len(data["scenarios"]), "scenario")
    tests = markup.plural(len(data["tests"]["passed"]), "test")
    below = f", {latest}" if latest else ""
    facts = [
        f"Airflow {markup.text(airflow.replace('>=', '≥ '))}{markup.text(below)}",
        f"run on {markup.text(', '.join(example.passed_on))}",
        f"{scenarios}, {tests} passed",
        *(f"needs {markup.code(name)}" for name in requires),
    ]
    return "".join(f'<span class="db-fact">{fact}</span>' for fact in facts)


def _get(example: Example) -> str:
    stem = markup.text(example.item.stem)
    live = (
        f'<a href="{stem}.live.json">real scheduler (JSON)</a>' if example.live else ""
    )
    return (
        '<div class="db-head__get">'
        '<button type="button" class="db-button db-copy" data-db-copy="db-file" hidden>'
        '<span class="db-copy__words">Copy file</span></button>'
        f'<a class="db-button" href="{stem}.py" download>Download file</a>'
        f'<span class="db-head__more"><a href="{stem}.json">recording (JSON)</a>{live}'
        '</span><span class="db-sr" role="status" data-db-copied></span></div>'
    )


def _file(example: Example) -> str:
    source = example.source
    lines = markup.plural(source.count("\n"), "line")
    return (
        '<details class="db-file"><summary>Whole file '
        f"{markup.code(example.item.stem + '.py')}, {lines}</summary>"
        f'<div id="db-file">{markup.block(source, "python", "db-whole")}</div>'
        "</details>"
    )
