"""The one line below an example's title: id, versions, and the file to take."""

from __future__ import annotations

from dagbook import templates
from dagbook.examples.example import Example


def render(example: Example, airflow: str, latest: str | None) -> str:
    """Return the line as HTML.

    Args:
        example: the item and its files.
        airflow: the declared versions, such as ``>=3.1``.
        latest: the newest version it is declared for, or None.

    Raises:
        LookupError: the example has no recording.
    """
    first, last = airflow.removeprefix(">="), latest or example.recording["airflow"]
    return templates.fill(
        "views",
        "header.html.jinja",
        id=example.item.id,
        stem=example.item.stem,
        versions=last if first == last else f"{first}–{last}",
    )
