"""The hook of MkDocs: calls ``dagbook`` and stops the build when a check fails.

Nothing here is a rule of its own; ``python -m dagbook check`` says the same.
"""

from __future__ import annotations

import gc
import logging
import os
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.files import InclusionLevel
from pymdownx.snippets import SnippetMissingError

from dagbook import files
from dagbook.checks import check
from dagbook.fences.render import FenceError
from dagbook.problems import DagbookError, Problem, unexpected
from dagbook.project import Project
from dagbook.site import bundles, search, texts

log = logging.getLogger("mkdocs.hooks.dagbook")


_serving = False
_texts: dict[str, tuple[str, str, str]] = {}
"""Title, description and HTML of each page for readers, by its place in the site."""
_LOST = re.compile(r"^page: (docs/\S+)\nline: (\d+)$", re.M)
"""The place that ``annotate`` writes into each fence of ours."""


def on_startup(command: str, **_: Any) -> None:
    """Remember whether somebody writes with the site open, or publishes it."""
    global _serving
    _serving = command == "serve"
    # A build makes millions of objects and hardly a cycle: looking for garbage every
    # 700 of them, as Python does unasked, takes a twentieth of its time.
    gc.set_threshold(100_000, 20, 20)


def on_config(config: Any, **_: Any) -> None:
    """Let ``--strict`` count warnings under ``--quiet`` too, which drops them."""
    _texts.clear()  # `serve` builds again, perhaps without a page
    # Only the pages of the reference need the style of mkdocstrings: main.html.
    config.extra_css = [one for one in config.extra_css if "_mkdocstrings" not in one]
    logger = logging.getLogger("mkdocs")
    if config.strict and logger.getEffectiveLevel() > logging.WARNING:
        logger.setLevel(logging.WARNING)


def on_pre_build(config: Any, **_: Any) -> None:
    """Check the whole tree, and print every problem before giving up.

    ``mkdocs serve`` goes on: whoever writes wants to see the page and what it lacks.
    """
    if os.environ.get("DAGBOOK_CHECK") == "0":  # only the bench switches it off
        return
    found = check.check(Project.find())
    for problem in found:
        log.error("%s", problem)
    if found and not _serving:
        raise Abort(f"{len(found)} problems: nothing is built")


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Refuse a page on which a fence of ours was not drawn."""
    if lost := _LOST.search(html):
        what = "a fence that Markdown takes for text"
        remedy = "write it at the margin, or as far in as the list's text"
        raise FenceError(Problem(lost[1], int(lost[2]), what, remedy))
    if not page.file.src_uri.startswith("contributing/"):
        description = str(page.meta.get("description", ""))
        _texts[page.file.dest_uri] = (str(page.title), description, html)
    return html


def on_nav(nav: Any, config: Any, files: Any) -> Any:
    """Keep the navigation's own source off the site."""
    source = files.get_file_from_path("SUMMARY.md")
    if source is not None:
        source.inclusion = InclusionLevel.EXCLUDED
    return nav


def on_post_build(config: Any, **_: Any) -> None:
    """Add what is made of the whole site: the search's fields, texts, downloads."""
    project, site = Project.find(), Path(config.site_dir)
    search.enrich(project, site)
    texts.write(site, config.site_url or "", _texts)
    bundles.write(project, site)


def on_build_error(error: Exception, **_: Any) -> None:
    """Turn what a page is refused for into a plain end of the build."""
    # MkDocs has told already of what went wrong while it read a page.
    if isinstance(error, DagbookError) and not isinstance(error, FenceError):
        log.error("%s", error)
    elif not isinstance(error, (FenceError, SnippetMissingError, MkDocsException)):
        log.error("%s", unexpected(error, files.at_work()))
    if not isinstance(error, MkDocsException):
        raise Abort("nothing is built") from None
