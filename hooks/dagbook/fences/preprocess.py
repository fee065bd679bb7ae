"""Tells each fence of a page where it stands, and each snippet block its file's name.

A fence is rendered far from its page: pymdownx hands it nothing but its body. The
place is therefore written into the body before the page is rendered, and an error can
name the page and line that a person has to open.
"""

from __future__ import annotations

import re

from dagbook.pages.model import FENCES

_FENCE = re.compile(r"^(?P<indent>\s*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`]*?)\s*$")
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
    inside: tuple[str, int] | None = None
    for index, line in enumerate(lines):
        found = _FENCE.match(line)
        if not found:
            continue
        mark = (found["mark"][0], len(found["mark"]))
        if inside:
            if _closes(found, inside):
                inside = None
            continue
        inside = mark
        body = _body(lines, index, mark)
        language = found["info"].split(" ", 1)[0]
        if language in FENCES:
            out[index] = "\n".join(
                [line, *place(found["indent"], body, page, index + 1, example)]
            )
        elif language in ("markdown", "md"):  # shown as written, snippets too
            for row in range(index + 1, index + 1 + len(body)):
                out[row] = _MARK.sub(r"\1;\2", out[row])
        elif language in _CODE and found["info"] == language:
            title = _title(language, body, page)
            out[index] = f"{found['indent']}{found['mark']}{title}" if title else line
    return out


def has_fences(text: str) -> bool:
    """Tell whether a page may hold a fence of ours, or a snippet to be titled."""
    return any(f"```{kind}" in text for kind in FENCES) or "8<--" in text


def _body(lines: list[str], index: int, mark: tuple[str, int]) -> list[str]:
    body = []
    for line in lines[index + 1 :]:
        found = _FENCE.match(line)
        if found and _closes(found, mark):
            break
        body.append(line)
    return body


def _closes(found: re.Match[str], opened: tuple[str, int]) -> bool:
    same = found["mark"][0] == opened[0] and len(found["mark"]) >= opened[1]
    return same and not found["info"]


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
