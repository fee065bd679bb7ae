"""Named sections of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymdownx.snippets import SnippetPreprocessor

from dagbook.pages import snippets
from dagbook.problems import DagbookError
from dagbook.project import Project

GOOD = """\
one
# --8<-- [start:outer]
def f():
    # --8<-- [start:inner]
    if a:
        b()
    # --8<-- [end:inner]
    return 1
# --8<-- [end:outer]
"""


def test_sections_are_cut_and_dedented() -> None:
    found, problems = snippets.read(GOOD, "x.py")
    assert not problems
    assert [(s.name, s.start, s.end) for s in found] == [
        ("outer", 2, 9),
        ("inner", 4, 7),
    ]
    assert found[0].text == "def f():\n    if a:\n        b()\n    return 1\n"
    assert found[1].text == "if a:\n    b()\n"


def test_the_site_cuts_the_same_text() -> None:
    """pymdownx.snippets, which builds the pages, must agree with us."""
    cutter = SnippetPreprocessor.__new__(SnippetPreprocessor)
    cutter.check_paths = cutter.dedent_subsections = True
    for snippet in snippets.read(GOOD, "x.py")[0]:
        theirs = cutter.extract_section(snippet.name, GOOD.split("\n"))
        assert "\n".join(theirs) + "\n" == snippet.text


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("# --8<-- [end:outer]\n", "", 2, "section “outer” has no end"),
        ("# --8<-- [start:outer]\n", "", 8, "section “outer” ends but does not begin"),
        ("[end:inner]", "[end:iner]", 7, "section “iner” ends but does not begin"),
        ("[start:inner]", "[start:outer]", 4, "“outer” begins twice, first in line 2"),
        ("[start:inner]", "[start:9]", 4, "section name “9”"),
        ("[start:inner]", "[start:]", 4, "section name “”"),
        ("[start:inner]", "[start inner]", 4, "mark that cannot be read"),
        ("[start:inner]", "start:inner", 4, "mark that cannot be read"),
    ],
)
def test_marks_out_of_order(old: str, new: str, line: int, what: str) -> None:
    _, problems = snippets.read(GOOD.replace(old, new, 1), "x.py")
    assert any(p.line == line and what in p.what for p in problems), problems


def test_sections_that_overlap() -> None:
    text = "".join(
        f"# --8<-- [{mark}]\n" for mark in ("start:a", "start:b", "end:a", "end:b")
    )
    _, problems = snippets.read(text, "x.py")
    assert [(p.line, p.what) for p in problems] == [
        (3, "section “a” ends inside section “b”")
    ]


def test_an_escaped_mark_is_text() -> None:
    found, problems = snippets.read("# ;--8<-- [start:a]\n", "x.py")
    assert (found, problems) == ([], [])


def test_of_file_sees_each_change(tmp_path: Path) -> None:
    project, file = Project(tmp_path), tmp_path / "x.py"
    file.write_text(GOOD)
    assert set(snippets.of_file(project, file)) == {"outer", "inner"}
    file.write_text(GOOD.replace("inner", "core"))
    assert set(snippets.of_file(project, file)) == {"outer", "core"}


def test_of_file_refuses(tmp_path: Path) -> None:
    project, file = Project(tmp_path), tmp_path / "x.py"
    with pytest.raises(DagbookError, match=r"x\.py: there is no such file"):
        snippets.of_file(project, file)
    file.write_bytes(b"ok\n\xff\n")
    with pytest.raises(DagbookError, match=r"x\.py:2: is not UTF-8"):
        snippets.of_file(project, file)
    file.write_text("# --8<-- [start:a]\n")
    with pytest.raises(DagbookError, match=r"x\.py:1: section “a” has no end"):
        snippets.of_file(project, file)
