"""Text of runs stays text inside Markdown."""

from __future__ import annotations

import html
import re

import markdown
import pytest

from dagbook.views import markdown as mdtext

EXTENSIONS = [
    *("abbr", "attr_list", "def_list", "footnotes", "md_in_html", "tables", "toc"),
    *("pymdownx.inlinehilite", "pymdownx.superfences", "pymdownx.tabbed"),
]


@pytest.mark.parametrize(
    "raw",
    [
        "a & b &amp; &#42; &lt;",
        "<script>alert('x')</script>",
        "*a* _b_ __c__ `d` ``e`` ~~f~~ ^g^ ==h==",
        "task_one_two.py, a|b \\| c",
        "[a](b) ![c](d) [e] [^1] <http://x.y> http://x.y",
        "{{ ds }} {: .c } { #d } $x$ :smile: @a #b",
        "1. a - b + c: d! \"e\" 'f'",
    ],
)
def test_every_character_arrives(raw: str) -> None:
    for make in (mdtext.text, mdtext.code):
        cell = make(raw)
        page = mdtext.box("x", mdtext.table(("A", "B"), [(cell, "second")]))
        found = re.search(
            r"<td>(.*?)</td>\s*<td>second</td>",
            markdown.markdown(page, extensions=EXTENSIONS),
        )
        assert found
        bare = re.sub(r"^<code>|</code>$", "", found[1])
        assert "<" not in bare
        assert html.unescape(bare) == raw


def test_code_is_one_short_line() -> None:
    assert mdtext.code("a\n  b") == "<code>a b</code>"
    assert mdtext.code("x" * 200, limit=10) == f"<code>{'x' * 9}…</code>"


@pytest.mark.parametrize(
    ("target", "page", "link"),
    [
        ("a/b/c.md", "a/index.md", "[w](b/c.md)"),
        ("a/b/c.md", "a/b/index.md", "[w](c.md)"),
        ("a/b/c.md", "find/x.md", "[w](../a/b/c.md)"),
        ("a/b/c.md#s1", "coverage.md", "[w](a/b/c.md#s1)"),
        ("x.md#s1", "x.md", "[w](#s1)"),
    ],
)
def test_links_are_relative(target: str, page: str, link: str) -> None:
    assert mdtext.link("w", target, page) == link
