"""Generated pages: what they list, how they sort, where they link."""

from __future__ import annotations

import html
import posixpath
import re
from pathlib import Path

import example_tree as tree
import markdown
import pytest
from mkdocs_literate_nav.parser import NavParser

from dagbook.checks import indexes as checks
from dagbook.checks.tree import Tree
from dagbook.project import Project
from dagbook.site import indexes, show
from dagbook.views import live, run

ROOT = Path(__file__).resolve().parents[3]
PAGE = f"{tree.FOLDER}/{tree.STEM}.md"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = tree.write(tmp_path)
    (project.docs / "index.md").write_text("# Home\n")
    folder = project.docs / "contributing"
    folder.mkdir()
    (folder / "index.md").write_text("# Contributing\n")
    (folder / "a_page.md").write_text('---\ntitle: "A *page*"\n---\n')
    (folder / "b.md").write_text("# Tests_b\n")
    return project


def made(project: Project, **more: object) -> dict[str, str]:
    return indexes.pages(project, **more)  # type: ignore[arg-type]


def rendered(text: str) -> str:
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    names = ["attr_list", "md_in_html", "tables"]
    return html.unescape(markdown.markdown(body, extensions=names))


def test_an_index_page_lists_written_and_open_items(project: Project) -> None:
    text = rendered(made(project)[f"{tree.FOLDER}/index.md"])
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.S)
    assert len(rows) == 3
    assert f'7.1.1 <a href="{tree.STEM}.md">Add up the orders</a>' in rows[1]
    assert "Adds two orders and refuses an empty list." in rows[1]
    assert '<span class="db-quiet">7.1.2 Not written | yet</span>' in rows[2]
    assert "not yet written" in rows[2]
    assert "<td>advanced</td>\n<td>failure</td>" in rows[2]


def test_a_written_index_keeps_its_prose(project: Project) -> None:
    path = project.docs / tree.FOLDER / "index.md"
    path.write_text(f"# Sums\n\nBefore.\n\n{indexes.MARKER}\n\nAfter.\n")
    text = made(project)[f"{tree.FOLDER}/index.md"]
    assert text.index("Before.") < text.index("7.1.1") < text.index("After.")
    assert indexes.MARKER not in text
    assert (
        "- [7\\.1 Sums](7_small_things/01_first_things/index.md)"
        in made(project)["SUMMARY.md"]
    )


@pytest.mark.parametrize(
    ("folder", "text", "what"),
    [
        (tree.FOLDER, "# Sums\n", "the table of examples has no place, or two"),
        (tree.FOLDER, f"# S\n{indexes.MARKER}\n{indexes.MARKER}\n", "no place, or two"),
        (tree.FOLDER, f"Sums\n\n{indexes.MARKER}\n", "no title"),
        (f"{tree.FOLDER}x", f"# Sums\n\n{indexes.MARKER}\n", "the spec has no section"),
    ],
)
def test_a_wrong_index_page_is_a_problem(
    project: Project, folder: str, text: str, what: str
) -> None:
    assert list(checks.indexes(Tree(project))) == []
    path = project.docs / folder / "index.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    found = list(checks.indexes(Tree(project)))
    assert [what in p.what for p in found] == [True]
    assert found[0].path == f"docs/{folder}/index.md"


def test_subsections_without_a_page_are_listed_without_a_link(project: Project) -> None:
    pages = made(project)
    assert "7_small_things/02_second_things/index.md" not in pages
    section = pages["7_small_things/index.md"]
    assert "## [7.1 First Things](01_first_things/index.md) { #s7-1 }" in section
    assert "## 7.2 Second Things { #s7-2 }" in section
    assert "1 of 2 examples." in section


def test_the_coverage_pages_tick_and_say_what_is_missing(project: Project) -> None:
    pages = made(project)
    assert "**1 of 3** examples and **2 of 4** promises" in pages["coverage.md"]
    text = rendered(pages["spec/7_small_things.md"])
    assert text.count('aria-label="kept"') == 3
    assert text.count('aria-label="open"') == 4
    assert (
        text.count("Missing: the example, the page, the test and the recording.") == 2
    )
    path = tree.paths_of(project).page
    path.write_text(tree.PAGE.replace(":guard", ":gard"))
    text = rendered(made(project)["spec/7_small_things.md"])
    assert text.count('aria-label="kept"') == 1
    assert "Missing: code of the example in its section." in text


def test_the_catalogue(project: Project) -> None:
    text = rendered(made(project)["catalogue.md"])
    assert "1 of 3 examples are written" in text
    assert f'<td>7.1.1 <a href="{PAGE[:-3]}.md">Add up the orders</a></td>' in text
    assert "<td>7.1 First Things</td>\n<td>run</td>" in text
    assert "<code>BashOperator</code>, " in text
    assert "<code>task.branch</code>" in text


def test_the_indexes_the_other_way_round(project: Project) -> None:
    pages = made(project)
    link = f'<a href="../{PAGE}">7.1.1 Add up the orders</a>'
    questions = rendered(pages["find/questions.md"])
    asked = f'<td><a href="../{PAGE}">How do I add?</a></td>'
    assert f"{asked}\n<td>Add up the orders</td>" in questions
    assert ">apache/airflow#48473</a>" in questions
    errors = rendered(pages["find/errors.md"])
    assert "<code>ValueError</code></td>\n<td><code>No <b> | `x`</code></td>" in errors
    assert errors.index("Of Airflow") < errors.index("HTTP 409")
    assert errors.index("HTTP 409") < errors.index("Of Python")
    assert errors.index("Of Python") < errors.index("<code>ValueError")
    assert (
        "<code>HTTP 409</code></td>\n<td><code>Unique constraint</code></td>" in errors
    )
    names = rendered(pages["find/symbols.md"])
    assert f"<code>airflow.sdk.task.branch</code></td>\n<td>{link}</td>" in names
    commands = rendered(pages["find/commands.md"])
    assert "<code>airflow dags pause</code></td>\n<td>0</td>" in commands
    calls = rendered(pages["find/rest.md"])
    assert "<code>POST /api/v2/dags/{dag_id}/dagRuns</code></td>\n<td>409</td>" in calls


class _Globber:
    def isdir(self, path: str) -> bool:
        return False

    def find_index(self, root: str) -> None:
        return None


def test_the_navigation_is_read_by_literate_nav(project: Project) -> None:
    extra = [
        ("contributing/reference/index.md", "Reference"),
        ("contributing/reference/x.md", "x"),
    ]
    summary = made(project, extra=extra)["SUMMARY.md"]
    parser = NavParser(lambda _root: ("SUMMARY.md", summary), _Globber())
    assert parser.markdown_to_nav() == [
        {"Home": "index.md"},
        {
            "7 Small Things": [
                "7_small_things/index.md",
                {
                    "7.1 First Things": [
                        f"{tree.FOLDER}/index.md",
                        {"Add up the orders": PAGE},
                    ]
                },
            ]
        },
        {
            "Find an example": [
                {"All examples": "catalogue.md"},
                {"By question": "find/questions.md"},
                {"By error message": "find/errors.md"},
                {"By name in Airflow": "find/symbols.md"},
                {"By command": "find/commands.md"},
                {"By REST path": "find/rest.md"},
            ]
        },
        {
            "Coverage": [
                "coverage.md",
                {"Checklist 7: Small Things": "spec/7_small_things.md"},
            ]
        },
        {
            "Contributing": [
                "contributing/index.md",
                {"A *page*": "contributing/a_page.md"},
                {"Tests_b": "contributing/b.md"},
                {
                    "Reference": [
                        "contributing/reference/index.md",
                        {"x": "contributing/reference/x.md"},
                    ]
                },
            ]
        },
    ]


def test_sections_sort_by_number() -> None:
    summary = made(Project(ROOT))["SUMMARY.md"]
    places = [summary.index(f"- [{n} ") for n in (16, 62, 100)]
    assert places == sorted(places)


def test_every_link_of_a_generated_page_leads_to_a_page() -> None:
    project = Project(ROOT)
    pages = made(project)
    written = {
        path.relative_to(project.docs).as_posix(): path.read_text("utf-8")
        for path in project.docs.rglob("*.md")
    }
    anchors = {
        name: set(re.findall(r"\{ ?#([\w-]+) ?\}", body))
        for name, body in {**written, **pages}.items()
    }
    for path, text in pages.items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            if target.startswith("https://"):
                continue
            file, _, anchor = target.partition("#")
            full = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
            assert full in anchors, (path, target)
            assert not anchor or anchor in anchors[full], (path, target)


def test_the_page_for_writers_lists_each_word_of_show() -> None:
    text = show.fill((ROOT / "docs/contributing/page.md").read_text("utf-8"))
    assert show.MARKER not in text
    for option in (*run.OPTIONS.values(), *live.OPTIONS.values()):
        assert f"\n| `{option.word}` | {option.about} |\n" in text
