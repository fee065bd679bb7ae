"""The pages as Markdown for scripts and agents, and ``llms.txt``, which lists them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dagbook import templates
from dagbook.site import to_markdown

LISTS = ("find/", "spec/", "tags", "coverage", "catalogue", "404")
"""Pages that lead to others: in the list there is nothing to read on them."""


def write(site: Path, url: str, pages: Mapping[str, tuple[str, str, str]]) -> None:
    """Write the text of each page beside it, ``llms.txt`` and ``llms-full.txt``.

    Args:
        site: the folder of the built site.
        url: where it is published, with a slash at the end; empty if nobody knows.
        pages: title, description and HTML by path below ``site``.
    """
    rows, whole = [], []
    for path, (title, about, html) in pages.items():
        if path.startswith(LISTS):
            continue
        text = to_markdown.convert(html)
        target = Path(path).with_suffix(".md").as_posix()
        (site / target).write_text(text, encoding="utf-8")
        rows.append((title, f"{url}{target}", about))
        whole.append(f"<!-- {url}{path} -->\n\n{text}")
    listed = templates.fill("site", "llms.md.jinja", rows=rows, url=url)
    (site / "llms.txt").write_text(listed, encoding="utf-8")
    (site / "llms-full.txt").write_text("\n".join(whole), encoding="utf-8")
