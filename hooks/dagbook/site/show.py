"""The words of ``show:`` in the page for contributors, from their registries."""

from __future__ import annotations

from dagbook import templates
from dagbook.views import live, run

MARKER = "<!-- show options -->"
"""The line of the written page that the lists replace."""


def fill(text: str) -> str:
    """Return a written page with the lists in the place of their marker."""
    if MARKER not in text:
        return text
    kinds = {"of a recorded run": run.OPTIONS, "of a real scheduler": live.OPTIONS}
    return text.replace(MARKER, templates.fill("site", "show.md.jinja", kinds=kinds))
