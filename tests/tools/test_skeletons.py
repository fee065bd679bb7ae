"""Skeletons: right names, right order, and refused by every check."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace

import example_tree as tree
import pytest

from dagbook import skeletons as new
from dagbook.checks.rules import over
from dagbook.checks.tree import Tree
from dagbook.examples import coverage
from dagbook.examples.example import Example
from dagbook.pages import reader as page
from dagbook.pages import snippets
from dagbook.problems import DagbookError
from dagbook.project import Project
from dagbook.spec import load as spec

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return tree.write(tmp_path)


def test_three_files_with_the_names_of_the_spec(project: Project) -> None:
    written = new.new(project, spec.load(project), "7.1.2")
    assert [project.relative(path) for path in written] == [
        f"dags/{tree.FOLDER}/07_01_02_later.py",
        f"docs/{tree.FOLDER}/07_01_02_later.md",
        f"tests/{tree.FOLDER}/test_07_01_02_later.py",
    ]


def texts(project: Project, item: spec.Item) -> tuple[str, str, str]:
    dag, page, test = new.skeletons(project, item).values()
    return dag, page, test


@pytest.mark.parametrize("ident", ["16.1.1", "62.1.3", "100.5.4", "100.10.4", "16.9.1"])
def test_a_page_shows_the_answer_and_a_section_per_further_bullet(ident: str) -> None:
    project = Project(ROOT)
    item = spec.load(project).by_id[ident]
    dag, text, _ = texts(project, item)
    found, problems = snippets.read(dag, "x.py")
    assert not problems
    assert [s.name for s in found] == ["answer", *new.section_names(item)[1:]]
    written = page.parse(text, "x.md")
    assert [s.title for s in written.bullet_sections] == [b.text for b in item.bullets]
    shown = [ref.section for ref in written.snippets]
    assert shown == [section.name for section in found]
    assert "TODO" not in text


def test_every_item_of_the_contract_can_have_a_skeleton() -> None:
    project = Project(ROOT)
    for item in spec.load(project).items:
        names = new.section_names(item)
        assert len(set(names)) == len(item.bullets)
        assert all(name.isidentifier() for name in names)
        dag, _, test = texts(project, item)
        for text in (dag, test):
            ast.parse(text)
            lines = [line for line in text.splitlines() if "--8<--" not in line]
            assert max(map(len, lines)) <= 88
            assert len(lines) <= 60


def test_the_checks_refuse_a_skeleton(project: Project) -> None:
    contract = spec.load(project)
    new.new(project, contract, "7.1.2")
    item = contract.by_id["7.1.2"]
    read = page.read(item.paths(project).page, project)
    example, tree = Example(project, item), Tree(project)
    rules = [*over("page"), *over("new page")]
    wrong = [p.what for rule in rules for p in rule.find(read, example, tree)]
    assert "title is empty" in wrong
    assert "summary is empty" in wrong
    assert "the answer has 0 words, 45 are allowed" in wrong
    assert not any(
        "does not exist" in what or "has no section" in what for what in wrong
    )
    state = coverage.coverage(project, contract).by_id["7.1.2"]
    assert state.to_do == ("the recording",)
    assert not any(bullet.ticked for bullet in state.bullets)


def test_the_skeleton_of_a_test_fails(project: Project) -> None:
    item = spec.load(project).by_id["7.1.2"]
    space: dict = {}
    exec(texts(project, item)[2], space)
    run = SimpleNamespace(state="failed", value=lambda _: None)
    with pytest.raises(AssertionError):
        space["test_shows_nothing"](SimpleNamespace(run=lambda: run))


def test_nothing_is_overwritten(project: Project) -> None:
    contract = spec.load(project)
    item = contract.by_id["7.1.2"]
    item.paths(project).page.write_text("mine")
    with pytest.raises(
        DagbookError, match=r"07_01_02_later\.md: a file of item 7\.1\.2"
    ):
        new.new(project, contract, "7.1.2")
    assert item.paths(project).page.read_text() == "mine"
    assert not item.paths(project).dag.exists()


@pytest.mark.parametrize(
    ("ident", "message"),
    [
        (
            "16.1.7",
            r"16_dag_runs.md:51: item 16.1.7 .* after item 16.1.6 of “Manual Tr",
        ),
        ("16.1.7", r"### - \[ \] 16.1.7 Title.*`16_01_07_name.py` \| Tags: `\['kind'"),
        ("62.11.1", r"62_dag_pausing.md: .* add the heading “# 62.11 Title”"),
        ("17.1.1", r"docs/spec/17_title.md: .* beginning with “# 17 Title”"),
        ("sixteen", r"“sixteen” is no id — give one such as 16.1.6"),
    ],
)
def test_an_item_that_the_spec_lacks(ident: str, message: str) -> None:
    project = Project(ROOT)
    with pytest.raises(DagbookError, match=message):
        new.new(project, spec.load(project), ident)
