"""Tells each fence of a page where it stands, and each snippet block its file's name.

A fence is rendered far from its page: pymdownx hands it nothing but its body. The
place is therefore written into the body before the page is rendered, and an error can
name the page and line that a person has to open.
"""

from __future__ import annotations

import re

from dagbook.pages import fenced
from dagbook.pages.model import FENCES

_SNIPPET = re.compile(r"^\s*-+8<-+[ \t]+(['\"])(?P<path>[^:'\"]+)(:[^'\"]*)?\1\s*$")
_MARK = re.compile(r"^(\s*)(-+8<-+)")
_CODE = ("python", "py", "sh", "json", "yaml", "toml", "ini")


def annotate(lines: list[str], page: str, example: str | None = None) -> list[str]:
    """Return ``lines`` with the place written into every fence of ours.

    Args:
        lines: the page as written.
        page: its path relative to the root.
        example: the id of the page's own example.

    Returns:
        One text for each line given, so that line numbers still count; a text may
        hold more than one line.
    """
    out = list(lines)
    for block in fenced.blocks(lines):
        index, body = block.line - 1, list(block.body)
        if block.language in FENCES:
            rows = place(block.indent, body, page, block.line, example)
            out[index] = "\n".join([lines[index], *rows])
        elif block.language in ("markdown", "md"):  # shown as written, snippets too
            for row in range(block.line, block.line + len(body)):
                out[row] = _MARK.sub(r"\1;\2", out[row])
        elif block.info in _CODE and (title := _title(block.info, body, page)):
            out[index] = f"{block.indent}{block.mark}{title}"
    return out


def has_fences(text: str) -> bool:
    """Tell whether a page may hold a fence of ours, or a snippet to be titled."""
    return any(mark in text for mark in ("```", "~~~", "8<-"))


def place(
    indent: str, body: list[str], page: str, line: int, example: str | None
) -> list[str]:
    """Return the rows that tell a fence where it stands.

    Args:
        indent: what stands before each row of the fence.
        body: the rows as written; an example named there is kept.
        page: the page, relative to the root.
        line: the line of the opening fence.
        example: the page's own example, if it has one.
    """
    own = any(row.strip().startswith("example:") for row in body)
    rows = [f"page: {page}", f"line: {line}"]
    if example and not own:
        rows.insert(0, f'example: "{example}"')
    return [indent + row for row in rows]


def _title(language: str, body: list[str], page: str) -> str:
    found = [_SNIPPET.match(row) for row in body if row.strip()]
    paths = {one["path"] for one in found if one}
    if len(paths) != 1 or not all(found):
        return ""
    # The search has the symbols of each file from the indexes; a listing would only
    # make it slow.
    name = paths.pop().rpartition("/")[2]
    # A page is about its own file, and needs no name above each piece of it.
    own = name == page.rpartition("/")[2].replace(".md", ".py")
    title = "" if own else f'title="{name}" '
    return f' {{ .{language} {title}data-search-exclude="" }}'
