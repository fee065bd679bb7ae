"""The claims of concept pages: what the check finds, and what the page becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagbook.checks import claims
from dagbook.checks.tree import Tree
from dagbook.concepts import (
    compose as concepts,
)
from dagbook.concepts import (
    markers as claims_page,
)
from dagbook.concepts import (
    proofs as claims_results,
)
from dagbook.project import Project
from dagbook.views import state_machine as concept_ladder

SPEC = """\
# 7 Small Things

## Overview
Two small things.

# 7.1 First Things

### - [ ] 7.1.1 Sum of orders
Filename: `07_01_01_sum.py` | Tags: `['reference', 'core', 'beginner', 'success']`
- [ ] Shows the sum
"""

PAGE = """\
---
title: Runs
---

# Runs

The lead may say anything.

## What a run is { #what }

A run has a state. <!-- claim: has-state --> It may end. <!-- claim: may-end -->

- It is **one** of four. <!-- again: has-state -->
- Nothing is said here. <!-- no claim -->

| word | meaning |
|---|---|
| `queued` | waits <!-- again: has-state --> |

<!-- table: colours -->

<!-- examples: 7.1.1 -->
"""

TEST = """\
import pytest


@pytest.mark.claim("has-state", by="enum")
def test_state():
    assert True


@pytest.mark.claim("may-end", by="enum")
def test_end():
    assert True


@pytest.mark.claim("table-colours", by="enum")
def test_colours():
    assert True
"""


class Concepts:
    """A project of one concept page and one test module."""

    def __init__(self, root: Path) -> None:
        for folder in ("docs/spec", "docs/concepts", "tests/concepts", "dags"):
            (root / folder).mkdir(parents=True)
        (root / "docs/spec/7_small_things.md").write_text(SPEC)
        self.project = Project(root)
        self.page = root / "docs/concepts/runs.md"
        self.test = root / "tests/concepts/test_runs.py"
        self.page.write_text(PAGE)
        self.test.write_text(TEST)
        self.keep("has-state", "may-end", "table-colours")
        colours = {
            "caption": "Colours",
            "head": ["State", "Colour"],
            "rows": [["`a`", "b"]],
        }
        claims_results.keep_table(self.project, "colours", colours)

    def keep(self, *held: str) -> None:
        name = self.project.relative(self.test)
        proven = {c: {"by": "enum", "test": f"{name}::test_{c}"} for c in held}
        claims_results.keep_claims(
            self.project, self.test, proven, claims.installed() or "3.3.2"
        )

    def write(self, old: str, new: str) -> None:
        text = self.page.read_text()
        assert old in text
        self.page.write_text(text.replace(old, new))

    def found(self) -> list[str]:
        return [str(p) for p in sorted(set(claims.claims(Tree(self.project))))]


@pytest.fixture
def tree(tmp_path):
    return Concepts(tmp_path)


def test_a_proven_page_has_no_problem(tree):
    assert tree.found() == []


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (
            "It may end. <!-- claim: may-end -->",
            "It may end.",
            11,
            "“It may end.” names",
        ),
        ("four. <!-- again: has-state -->", "four.", 13, "“It is **one** of four.”"),
        ("waits <!-- again: has-state -->", "waits", 18, "“`queued` · waits” names"),
        ("again: has-state --> |", "again: has-stat --> |", 18, "no page states the"),
        ("claim: may-end", "claim: may_end", 11, "“may_end” is no name of a claim"),
        ("claim: may-end", "claim: has-state", 11, "“has-state” is stated 2 times"),
        (
            "claim: may-end",
            "claim: may-stop",
            11,
            "no test proves the claim “may-stop”",
        ),
        ("table: colours", "table: colors", 20, "has computed the table “colors”"),
        ("examples: 7.1.1", "examples: 7.1.9", 22, "the spec has no item 7.1.9"),
        (" { #what }", "", 9, "“What a run is” has no anchor"),
    ],
)
def test_each_fault_of_a_page_is_found_at_its_line(tree, old, new, line, what):
    tree.write(old, new)
    here = [text for text in tree.found() if text.startswith("docs/concepts/runs.md:")]
    assert any(f":{line}: " in text and what in text for text in here), tree.found()


def test_a_claim_that_nobody_states_is_found_at_its_test(tree):
    tree.write("It may end. <!-- claim: may-end -->", "")
    assert any(
        text.startswith("tests/concepts/test_runs.py:9: no page states")
        and "may-end" in text
        for text in tree.found()
    )


def test_a_changed_test_makes_its_proofs_stale(tree):
    tree.test.write_text(TEST + "\n# changed\n")
    (told,) = tree.found()
    assert told.startswith("tests/concepts/test_runs.py: the proofs are stale")
    tree.keep("has-state", "may-end", "table-colours")
    assert tree.found() == []


def test_a_change_of_what_tests_share_makes_proofs_stale(tree):
    (tree.test.parent / "shapes.py").write_text("ONE = 1\n")
    assert "the proofs are stale" in tree.found()[0]


def test_a_test_that_did_not_pass_leaves_its_claim_unproven(tree):
    tree.keep("has-state", "table-colours")
    (told,) = tree.found()
    assert "“may-end” is not proven: its test has not passed" in told


def test_results_edited_by_hand_are_found(tree):
    path = claims_results.claims_file(tree.project)
    path.write_text(path.read_text().replace('"enum"', '"live"', 1))
    assert any("edited by hand" in text for text in tree.found())


def test_an_unchanged_test_adds_a_version_and_a_changed_one_begins_anew(tree):
    name = tree.project.relative(tree.test)
    proven = {"has-state": {"by": "enum", "test": f"{name}::test_state"}}
    own = claims.installed() or "3.3.2"
    claims_results.keep_claims(tree.project, tree.test, proven, "3.2.1")
    assert claims_results.claims(tree.project)["has-state"]["held"] == ["3.2.1", own]
    tree.test.write_text(TEST + "\n# changed\n")
    claims_results.keep_claims(tree.project, tree.test, proven, "3.2.1")
    assert claims_results.claims(tree.project)["has-state"]["held"] == ["3.2.1"]


def test_the_page_links_each_claim_to_its_proof_and_back(tree):
    made = concepts.compose(tree.project, "concepts/runs.md", tree.page.read_text())
    assert "[✓](#proof-has-state){ #claim-has-state .db-claim" in made
    assert "[has-state](#claim-has-state){ #proof-has-state" in made
    assert "<!--" not in made
    assert '<th scope="col">Colour</th>' in made
    assert "**Examples:** [7.1.1]" in made


def test_an_example_knows_the_sections_that_name_it(tree):
    assert concepts.links(tree.project, "7.1.1") == [
        ("Runs&#58; What a run is", "concepts/runs.md#what")
    ]
    assert concepts.links(tree.project, "7.1.2") == []


def test_blocks_leave_out_fences_heads_and_tags():
    text = (
        "## A { #a }\n\n```text\nnot this\n```\n\n"
        "<div markdown>\n\n- one\n- two\n  more\n\n</div>\n"
    )
    found = [(block.kind, block.line, block.text) for block in claims_page.blocks(text)]
    assert found == [
        ("heading", 1, "## A { #a }"),
        ("item", 9, "- one"),
        ("item", 10, "- two\n  more"),
    ]


def test_a_ladder_draws_each_change_once_and_says_it_in_words():
    changes = [
        concept_ladder.Change("queued", "running", "1"),
        concept_ladder.Change("queued", "failed", "2"),
        concept_ladder.Change("failed", "queued", "3"),
    ]
    names = ["queued", "running", "failed"]
    svg = concept_ladder.draw(names, changes, "here", "States")
    assert svg.count('class="db-edge"') == 3
    assert "2: from queued to failed." in svg
    assert "3: from failed to queued." in svg


def test_a_ladder_refuses_a_state_it_does_not_have():
    change = concept_ladder.Change("queued", "gone", "1")
    with pytest.raises(ValueError, match="gone"):
        concept_ladder.draw(["queued"], [change], "here", "States")
