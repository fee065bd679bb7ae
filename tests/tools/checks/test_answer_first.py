"""The budgets of a page that begins with its answer, and their exceptions."""

from __future__ import annotations

from pathlib import Path

import example_tree as tree
import pytest

from dagbook.checks import example_size, exceptions
from dagbook.checks.check import apply
from dagbook.checks.rules import SUBJECTS, budgets, over, page, rules
from dagbook.checks.tree import DagFile, Tree
from dagbook.examples import exceptions as listed
from dagbook.examples.example import Example
from dagbook.parsing.model import ParsedFile
from dagbook.problems import Problem
from dagbook.project import Project

WORDS = "Each word counts. "
PITFALL = f"- {WORDS * 8}\n"
RUN = '```run\nscenario: default\nshow: ["error:guard"]\n```'
PAGE = f"""\
---
title: Add up the orders
summary: "Adds two orders and refuses an empty list."
airflow: ">=3.1"
related: ["7.1.2", "[Docs](https://airflow.apache.org/)"]
---

{WORDS * 15}

```python
--8<-- "{tree.DAG_PATH}:total"
```

{RUN}

## The sum {{#sum}}

{WORDS * 20} See [7.1.2].

## The error {{#error}}

{WORDS * 20}

```python
--8<-- "{tree.TEST_PATH}:sum"
```

## Pitfalls

{PITFALL * 5}
"""


def found(project: Project, text: str) -> list[Problem]:
    """Write the page and return what the rules of new pages say."""
    tree.paths_of(project).page.write_text(text)
    listed.file(project).write_text("")
    example, whole = tree.example_of(project), Tree(project)
    rules = [rule for rule in over("page") if not rule.spare]
    problems = [p for r in rules for p in r.find(example.page, example, whole)]
    return problems + of_new_page(whole, example)


def of_new_page(whole: Tree, example: Example) -> list[Problem]:
    """Return what the rules of new pages say of an example."""
    return list(apply("new page", whole, example.page, example, example=example))


def test_a_page_that_keeps_its_budgets_is_fine(tmp_path: Path) -> None:
    assert found(tree.write(tmp_path), PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("Add up the orders", "x" * 61, 2, "the title has 61 characters"),
        (WORDS * 15, WORDS * 16, 7, "the answer has 48 words"),
        (WORDS * 15 + "\n", "<!-- -->\n", 7, "the answer has 0 words"),
        (f'--8<-- "{tree.DAG_PATH}:total"', "total()", 10, "no piece of the example"),
        (f"{RUN}\n", f"{RUN}\n```sh\nls\n```\n", 7, "the answer has 2 code blocks"),
        (f"{RUN}\n", "", 7, "the answer has 0 recorded results"),
        (WORDS * 20 + " See", WORDS * 27 + " See", 19, "“The sum” has 83 words"),
        ("[7.1.2].", f"[7.1.2]. {WORDS * 110}", 0, "the page has"),
        ("[7.1.2].", "[7.1.9].", 21, "[7.1.9] is not in the spec"),
        ("[7.1.2].", "\n```sh\nls\n```\n" * 4, 43, "6 code blocks"),
        ("[7.1.2].", "\n```graph\n```\n" * 5, 34, "6 recorded results"),
        ("[7.1.2].", f"\n{RUN}\n", 22, "“error:guard” of scenario “default” twice"),
        ('"error:guard"', "states", 14, "“states” of scenario “default” twice"),
        (f"{tree.TEST_PATH}:sum", tree.DAG_PATH, 27, "shows the whole file"),
        ("[7.1.2].", "\n```sh\n" + "ls\n" * 13 + "```", 22, "a code block of 13 lines"),
        (PITFALL * 5, PITFALL * 6, 38, "6 pitfalls"),
        (PITFALL * 5, f"- {WORDS * 9}\n", 33, "a pitfall of 27 words"),
        ('["7.1.2",', '["7.1.2", "7.1.1", "7.2.1", "7.1.1",', 1, "5 related links"),
        ("## Pitfalls", "## Related\n\nx\n\n## Pitfalls", 31, "“Related” is generated"),
        ("## The error", "## Pitfalls\n\n## The error", 23, "not the last section"),
        ("## The error", "## One\n\nx\n\n## The error", 27, "has no bullet"),
        ("## The error {#error}", "", 0, "no section for the bullet “Shows the error”"),
        (f'```python\n--8<-- "{tree.TEST_PATH}:sum"\n```', "", 23, "neither code nor"),
    ],
)
def test_a_page_over_a_budget_is_refused(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    assert old in PAGE
    problems = found(tree.write(tmp_path), PAGE.replace(old, new, 1))
    assert any(p.line == line and what in p.what for p in problems), problems
    assert all(p.remedy for p in problems)


def test_an_exception_lets_one_example_exceed_one_budget(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    text = PAGE.replace("Add up the orders", "x" * 61)
    assert [p.what[:9] for p in found(project, text)] == ["the title"]
    listed.file(project).write_text(
        "exceptions:\n  - {id: 7.1.1, budget: title, reason: an error message}\n"
        "  - {id: 7.1.1, budget: page, reason: four errors}\n"
    )
    whole, example = Tree(project), tree.example_of(project)
    assert of_new_page(whole, example) == []
    (needless,) = exceptions.needed(whole)
    assert (needless.path, needless.line) == ("tests/exceptions.yml", 3)
    assert "keeps its budget “page”" in needless.what


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("exceptions: [", 1, "not YAML"),
        ("exception: []\n", 0, "other keys"),
        ("exceptions: [{id: 7.1.1}]\n", 0, "cannot be read"),
        ("exceptions:\n- {id: 7.1.1, budget: x, reason: y}\n", 2, "no budget “x”"),
        ("exceptions:\n- {id: 7.1.1, budget: page, reason: ''}\n", 2, "no reason"),
        ("exceptions:\n- {id: 7.9.1, budget: page, reason: y}\n", 2, "not in the spec"),
        ("not_yet_rewritten:\n- 7.1.1\n- 7.9.1\n", 3, "7.9.1 is not in the spec"),
        ("not_yet_rewritten:\n- 7.1.1\n- 7.1.1\n", 2, "7.1.1 twice"),
        ("not_yet_rewritten:\n- 7.1.1\n- 7.1.2\n", 3, "7.1.2 is not written"),
        (
            "exceptions:\n" + "- {id: 7.1.1, budget: page, reason: y}\n" * 16,
            2,
            "16 exceptions, 15 are allowed",
        ),
    ],
)
def test_exceptions_that_say_nothing_are_refused(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    project = tree.write(tmp_path)
    listed.file(project).write_text(text)
    whole = Tree(project)
    problems = [*exceptions.readable(whole), *exceptions.needed(whole)]
    assert any(p.line == line and what in p.what for p in problems), problems


def test_a_page_that_is_rewritten_leaves_the_list(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    assert list(exceptions.needed(Tree(project))) == []
    tree.paths_of(project).page.write_text(PAGE)
    (told,) = exceptions.needed(Tree(project))
    assert (told.line, told.what) == (2, "7.1.1 is rewritten")


@pytest.mark.parametrize(
    ("rule", "more", "what"),
    [
        (example_size.lines, "# x\n" * 100, "lines, 100 are allowed"),
        (example_size.lines, "# --8<-- [start:a]\n" * 100, ""),
        (example_size.helpers, "def a(): ...\ndef b(): ...\n", ""),
        (example_size.helpers, "def a(): ...\n" * 3, "3 helper functions"),
        (example_size.helpers, "@task\ndef a(): ...\n" * 3, ""),
        (
            example_size.helpers,
            "DAG(on_failure_callback=[a, b])\ndef a(): ...\ndef b(): ...\n"
            "def c(): ...\ndef d(): ...\n",
            "",
        ),
        (example_size.classes, "class Crane(BaseOperator): ...\n", "the class Crane"),
    ],
)
def test_the_size_of_a_dag_file(tmp_path: Path, rule, more: str, what: str) -> None:
    project = tree.write(tmp_path)
    example = tree.example_of(project)
    example.paths.dag.write_text(tree.DAG + more)
    parsed = ParsedFile(tree.DAG_PATH, 0.0, ())
    file = DagFile(tree.DAG_PATH, example.paths.dag, parsed, example)
    told = [p.what for p in rule(file, Tree(project))]
    assert [what in one for one in told] == ([True] if what else [])


def test_a_class_that_the_checklist_asks_for(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    spec = project.spec / "7_small_things.md"
    spec.write_text(spec.read_text().replace("Shows the error", "Shows an operator"))
    example = tree.example_of(project)
    example.paths.dag.write_text(tree.DAG + "class Crane(BaseOperator): ...\n")
    parsed = ParsedFile(tree.DAG_PATH, 0.0, ())
    file = DagFile(tree.DAG_PATH, example.paths.dag, parsed, example)
    assert list(example_size.classes(file, Tree(project))) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("def test_a(): ...\n" * 3, ""),
        ("def test_a(): ...\n", "has 1 tests"),
        ("def test_a(): ...\n" * 11, "has 11 tests"),
        ("def test_a(): ...\n" * 3 + "# x\n" * 178, "has 181 lines"),
    ],
)
def test_the_size_of_a_test_module(tmp_path: Path, text: str, what: str) -> None:
    project = tree.write(tmp_path)
    tree.paths_of(project).test.write_text(text)
    told = [p.what for p in example_size.test(tree.example_of(project), Tree(project))]
    assert [what in one for one in told] == ([True] if what else [])


def test_every_rule_says_what_it_refuses_and_is_listed() -> None:
    assert len(rules()) > 40
    assert {rule.over for rule in rules()} == set(SUBJECTS)
    text = page()
    for rule in rules():
        assert rule.says.startswith("Refuse "), rule.find
        assert f"| {rule.says} |" in text
    assert all(f"`{budget}`" in text for budget in budgets())
