"""The one stylesheet of our own, put together and made small."""

from __future__ import annotations

import re

from dagbook import files
from dagbook.project import Project
from dagbook.views import states

PATH = "assets/site.css"
PARTS = ("colours", "dagbook", "lists", "concepts")


def sheet(project: Project) -> str:
    """Return the stylesheet of the site: the written parts and the states' colours."""
    written = [files.text(project.docs / "assets" / f"{part}.css") for part in PARTS]
    return small("\n".join([written[0], states.stylesheet(), *written[1:]]))


def small(css: str) -> str:
    """Return CSS without comments and the blanks that say nothing."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return css.replace(";}", "}").replace(": ", ":").strip()
