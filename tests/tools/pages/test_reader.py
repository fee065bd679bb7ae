"""Example pages: what is read from them and which are refused."""

from __future__ import annotations

from pathlib import Path

import example_tree as tree
import pytest

from dagbook.checks.rules import over
from dagbook.checks.tree import Tree
from dagbook.pages import reader as page
from dagbook.pages.model import Question, Reference, SnippetRef
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project

PAGE = f"docs/{tree.FOLDER}/{tree.STEM}.md"


def found(project: Project) -> list[Problem]:
    example, whole = tree.example_of(project), Tree(project)
    rules = [r for r in (*over("page"), *over("old page")) if not r.spare]
    return sorted({p for r in rules for p in r.find(example.page, example, whole)})


def test_a_good_page_has_no_problem(tmp_path: Path) -> None:
    assert found(tree.write(tmp_path)) == []


def test_what_is_read(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    read = page.read(tree.paths_of(project).page, project)
    assert read.path == PAGE
    assert read.front.title == "Add up the orders"
    assert read.front.questions == (
        Question(
            "Why is the sum wrong?", "https://github.com/apache/airflow/issues/48473"
        ),
        Question("How do I add?"),
    )
    assert read.front.related == ("7.1.2",)
    assert read.lead.text.startswith("You have orders")
    assert [s.title for s in read.bullet_sections] == ["The sum", "The error"]
    assert set(read.standing) == {
        "What happened",
        "How it is tested",
        "Pitfalls",
        "Related",
    }
    first = read.bullet_sections[0]
    assert first.line == 14
    assert first.words == 56
    assert first.snippets == (SnippetRef(tree.DAG_PATH, "total", 19),)
    run = read.standing["What happened"].fences[0]
    assert (run.language, run.line) == ("run", 32)
    assert run.options == {"scenario": "default", "show": ["states"]}


def test_headings_in_fences_and_attributes() -> None:
    read = page.parse(
        "---\n---\nx\n\n````md\n## no\n```\n````\n\n## Yes `a` { #here }\n\nb\n", "p"
    )
    assert [(s.title, s.line, s.heading) for s in read.sections] == [
        ("Yes `a`", 10, "Yes `a` { #here }")
    ]


def test_references_to_examples_are_ids_in_brackets_outside_code() -> None:
    read = page.parse(
        "See [16.1.3], not `[1.2.3]` nor [2.3.4](x.md).\n\n```sh\n[3.4.5]\n```\n", "p"
    )
    assert read.lead.references == (Reference("16.1.3", 1),)


def test_words_are_prose_only() -> None:
    read = page.parse(
        "one [two](https://three.example) <b>four</b>\n\n| no | no |\n\n<!-- no -->\n"
        "### no\n\n- five `six`\n",
        "p",
    )
    assert read.lead.words == 5


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("---\ntitle", "title", 1, "no front matter"),
        ('["7.1.2"]\n---', '["7.1.2"]', 1, "front matter without end"),
        ("title: ", "titel: ", 2, "unknown key “titel”"),
        ("title: ", "titel: ", 1, "no title in the front matter"),
        ("Add up the orders", "Sum_Up Subtask 1", 2, "the title is the checklist's"),
        ('"Adds two', "[1] # ", 3, "summary is not one line of text"),
        ("Adds two", "Adds two " * 30, 3, "the summary has 3"),
        ('">=3.1"', "3.1", 4, "airflow 3.1 is not a version"),
        ('">=3.1"', '">=2.9"', 4, "airflow '>=2.9' is not a version"),
        ('">=3.1"', '">=3.1"\nairflow_max: 3.2', 5, "airflow_max 3.2 is not a version"),
        ('">=3.1"', '">=3.1"\nrequires: x', 5, "requires is not a list"),
        ('">=3.1"', '">=3.1"\nrequires: [a b]', 5, "is not the name of a distribution"),
        ('">=3.1"', '">=3.1"\nlive_difference: [{a: 1}]', 5, "a live difference that"),
        ('link: "https', 'link: "http', 5, "a question that cannot be read"),
        ('- "How do I add?"', "- 7", 5, "a question that cannot be read"),
        ('["7.1.2"]', "[x]", 9, "related 'x' is neither an id"),
        ('["7.1.2"]', "[9.9.9]", 1, "related item 9.9.9 is not in the spec"),
        ('summary: "Adds', "summary: a: b", 3, "the front matter is not YAML"),
        ("You have", "<!-- You have", 11, "no lead"),
        (
            "## The error",
            "### The error",
            0,
            "no section for the bullet “Shows the err",
        ),
        ("## What happened", "## More\n\n## What happened", 30, "“More” has no bullet"),
        (tree.PROSE, "Too short.", 14, "“The sum” has 2 words of prose"),
        (tree.PROSE, tree.PROSE * 4, 14, "“The sum” has 224 words of prose"),
        (f'"{tree.DAG_PATH}:total"', f'"{tree.DAG_PATH}"', 14, "shows no code of its"),
        (f"{tree.DAG_PATH}:total", "docs/spec/7_small_things.md", 14, "shows no code"),
        (":total", ":1:4", 19, "does not name a section"),
        (":total", ":4", 19, "does not name a section"),
        (":total", ":", 19, "does not name a section"),
        (":total", ":totl", 19, "has no section “totl”"),
        ("orders.py:total", "order.py:total", 19, "of a file that does not exist"),
        (f'"{tree.DAG_PATH}:total', '"../x.py:total', 19, "leaves the repository"),
        ("--8<-- ", "--8<--\n--8<-- ", 19, "a snippet block"),
        ("## Pitfalls", "### Pitfalls", 0, "no section “Pitfalls”"),
        ("## What happened", "### What", 0, "no section “What happened”"),
        ("## How it is tested", "### How", 0, "no section “How it is tested”"),
        ("```run", "```yaml", 30, "“What happened” shows no run"),
        (f"{tree.TEST_PATH}:sum", tree.TEST_PATH, 37, "shows no code of the test"),
        ("## Pitfalls", "## Run it yourself\n\n## Pitfalls", 43, "made by the build"),
        (
            "## The sum",
            "## Related\n\nx\n\n## The sum",
            18,
            "“The sum” after “Related”",
        ),
        ("## Related", "## On a real scheduler", 47, "after “Pitfalls”"),
        ("## The error", "## The sum", 22, "two sections “The sum”"),
        ("## The sum", "# The sum", 14, "a heading of the first level"),
        (
            "An empty list.",
            "x\n\n```text\n3\n```",
            47,
            "pasted output in a “text” fence",
        ),
        ("An empty list.", "x\n\n```\n3\n```", 47, "pasted output in a “plain” fence"),
        ("An empty list.", "x\n\n~~~ console\n3\n~~~", 47, "“console” fence"),
        ("An empty list.", "x\n\n```{.log}\n3\n```", 47, "“log” fence"),
        ("See the next one.", "```python", 49, "a fence that is not closed"),
        ("scenario: default", "scenario: other", 32, "no scenario “other”"),
        ("scenario: default\nshow: [states]", "states", 33, "run fence is not"),
        ("show: [states]", "show: [states", 34, "run fence is not YAML"),
    ],
)
def test_a_page_that_breaks_a_rule_is_refused(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    project = tree.write(tmp_path)
    assert old in tree.PAGE
    tree.paths_of(project).page.write_text(tree.PAGE.replace(old, new, 1))
    problems = found(project)
    assert any(p.line == line and what in p.what for p in problems), problems
    assert {p.path for p in problems} == {PAGE}
    assert all(p.remedy for p in problems)


@pytest.mark.parametrize(
    "block",
    [
        "```sh\nairflow dags list\n```",
        "```text\n```",
        f'```text\n--8<-- "{tree.DAG_PATH}:total"\n```',
        "```yaml\na: 1\n```",
    ],
)
def test_commands_and_shown_files_are_not_pasted_output(
    tmp_path: Path, block: str
) -> None:
    project = tree.write(tmp_path)
    text = tree.PAGE.replace("An empty list.", f"x\n\n{block}\n")
    tree.paths_of(project).page.write_text(text)
    assert found(project) == []


def test_a_diff_fence_shows_code(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    old = f'```python\n--8<-- "{tree.DAG_PATH}:total"'
    new = f"```diff\nbefore: {tree.DAG_PATH}:total\nafter: {tree.DAG_PATH}:guard"
    tree.paths_of(project).page.write_text(tree.PAGE.replace(old, new))
    assert found(project) == []
    wrong = new.replace(":guard", ":gard")
    tree.paths_of(project).page.write_text(tree.PAGE.replace(old, wrong))
    assert ["has no section “gard”" in p.what for p in found(project)] == [True]


def test_scenarios_of_another_example_and_of_the_scheduler_are_not_ours(
    tmp_path: Path,
) -> None:
    project = tree.write(tmp_path)
    paths = tree.paths_of(project)
    text = tree.PAGE.replace("scenario: default", "scenario: x\nexample: 7.1.2")
    paths.page.write_text(text)
    assert found(project) == []
    paths.page.write_text(tree.PAGE.replace("scenario: default", "scenario: live/two"))
    assert "no scenario “live/two”" in found(project)[0].what
    paths.live_recording.write_text('{"scenarios": {"two": {}}}')
    assert found(project) == []


def test_marks_out_of_order_name_the_file(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    dag = tree.paths_of(project).dag
    dag.write_text(tree.DAG.replace("# --8<-- [end:guard]", ""))
    problems = found(project)
    assert [p.path for p in problems] == [tree.DAG_PATH]
    assert "section “guard” has no end" in str(problems[0])


def test_a_page_that_cannot_be_read(tmp_path: Path) -> None:
    project = tree.write(tmp_path)
    path = tree.paths_of(project).page
    path.write_bytes(b"---\n\xff")
    with pytest.raises(DagbookError, match=rf"docs/.*{tree.STEM}\.md:2: is not UTF-8"):
        page.read(path, project)
    path.unlink()
    with pytest.raises(DagbookError, match="there is no such file"):
        page.read(path, project)
