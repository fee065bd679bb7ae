"""An id in brackets becomes a link in prose, and stays as it is in code."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_tree import FOLDER, STEM, write

from dagbook.problems import DagbookError
from dagbook.views import references

LINK = f"[7.1.1 Add up the orders](../{FOLDER.rpartition('/')[2]}/{STEM}.md)"


def resolved(folder: Path, *lines: str) -> list[str]:
    return references.resolve(write(folder), lines, "7_small_things/02_other/x.md")


def test_an_id_becomes_a_link_with_its_title(tmp_path: Path) -> None:
    assert resolved(tmp_path, "See [7.1.1].") == [f"See {LINK}."]


def test_an_example_that_is_not_written_is_named(tmp_path: Path) -> None:
    assert resolved(tmp_path, "- [7.1.2]") == ["- 7.1.2 Not written &#124; yet"]


@pytest.mark.parametrize(
    "lines",
    [
        ("`[7.1.1]` and ``a ` [9.9.9]``",),
        ("```python", "x[7.1.1]", "[7.1.1]", "```"),
        ("[7.1.1](x.md), ![7.1.1], \\[7.1.1], [a][7.1.1]", "[7.1.1]: x.md"),
    ],
)
def test_what_is_no_reference_stays(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert resolved(tmp_path, *lines) == list(lines)


def test_an_unknown_id_names_its_place(tmp_path: Path) -> None:
    with pytest.raises(DagbookError, match=r"02_other/x.md:2: no item 9.9.9 in docs"):
        resolved(tmp_path, "", "See [9.9.9].")
