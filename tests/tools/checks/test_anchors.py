"""An anchor leads to one place."""

from __future__ import annotations

from pathlib import Path

import example_tree as tree

from dagbook.checks import anchors
from dagbook.checks.tree import Tree


def test_two_headings_with_one_anchor_are_refused(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    page = project.docs / "index.md"
    lines = ["# A {#a}", "## B { .x #b }", "```", "## C {#a}", "```", "## D {#b}"]
    page.write_text("\n".join(lines))
    [problem] = anchors.twice(page, Tree(project))
    assert (problem.path, problem.line) == ("docs/index.md", 6)
    assert problem.what == "the anchor #b is that of line 2, too"
