"""What only a build of the site can see: each fault stops ``mkdocs build --strict``."""

import html
import os
import re
import subprocess
import sys

import pytest
from tree import Tree

pytestmark = pytest.mark.slow


def build(tree: Tree) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DAGBOOK_ROOT": str(tree.project.root),
        "NO_MKDOCS_2_WARNING": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", "site"],
        cwd=tree.project.root,
        env=environment,
        text=True,
        capture_output=True,
    )


def broken_link(tree: Tree) -> str:
    tree.replace(tree.page, "\n## Pitfalls", "\n[x](no-such-page.md)\n\n## Pitfalls")
    return r"16_01_01\S+\.md.* 'no-such-page\.md'"


def broken_anchor(tree: Tree) -> str:
    link = f"[x]({tree.second.stem}.md#no-such-section)"
    tree.replace(tree.page, "\n## Pitfalls", f"\n{link}\n\n## Pitfalls")
    return r"16_01_01\S+\.md.*#no-such-section"


def broken_link_on_home_page(tree: Tree) -> str:
    tree.write("docs/index.md", tree.read("docs/index.md") + "\n[x](nowhere.md)\n")
    return r"index\.md.* 'nowhere\.md'"


def unknown_fence_key(tree: Tree) -> str:
    line = tree.replace(tree.page, "scenario: default", "scene: default")
    return rf"{re.escape(tree.page)}:{line - 1}: run fence: .*scene"


def unknown_task_in_fence(tree: Tree) -> str:
    line = tree.replace(tree.page, "xcom:extract", "xcom:no_such_task")
    line = tree.line(tree.page, "scenario: default")
    return rf"{re.escape(tree.page)}:{line - 1}: run fence: .*no_such_task"


def unknown_dag_in_fence(tree: Tree) -> str:
    fence = "\n```schedule\ndag: nobody\ncount: 5\nfrom: 2026-05-01T00:00:00Z\n```\n"
    line = tree.replace(tree.page, "\n## Pitfalls", f"{fence}\n## Pitfalls")
    return rf"{re.escape(tree.page)}:{line + 1}: .*nobody"


def section_missing_in_diff(tree: Tree) -> str:
    fence = f"\n```diff\nbefore: {tree.dag}:bad\nafter: {tree.dag}:fixed\n```\n"
    line = tree.replace(tree.page, "\n## Pitfalls", f"{fence}\n## Pitfalls")
    return rf"{re.escape(tree.page)}:{line + 1}: .*bad"


def snippet_of_a_concept_page(tree: Tree) -> str:
    tree.write("docs/concept.md", f'# C\n\n```python\n--8<-- "{tree.dag}:gone"\n```\n')
    return "gone"


def fence_in_indented_code(tree: Tree) -> str:
    fence = "\n    ```run\n    scenario: dated\n    ```\n"
    line = tree.replace(tree.page, "\n## Pitfalls", f"{fence}\n## Pitfalls") + 1
    return rf"{re.escape(tree.page)}:{line}: a fence that Markdown takes for text"


def what_the_check_refuses(tree: Tree) -> str:
    line = tree.at_import("def broken(:")
    tree.restamp()
    return rf"{re.escape(tree.dag)}:{line}: syntax error.*shown on {tree.page}"


def test_the_whole_tree_builds(tree):
    ended = build(tree)
    assert ended.returncode == 0, ended.stderr
    page = tree.path("site") / f"{tree.first.folder}/{tree.first.stem}.html"
    assert "loaded into sales, day" in page.read_text()


def test_a_title_is_text_whatever_it_holds(tree):
    title = "Why <now> & <img src=x onerror=y> *then*"
    line = tree.line(tree.page, "title:")
    was = tree.read(tree.page).splitlines()[line - 1]
    tree.replace(tree.page, was, f'title: "{title}"')
    ended = build(tree)
    assert ended.returncode == 0, ended.stderr
    site = tree.path("site")
    page = (site / f"{tree.first.folder}/{tree.first.stem}.html").read_text()
    (heading,) = re.findall("(?s)<h1[^>]*>(.*?)<", page)
    assert html.unescape(heading).strip() == title
    assert not [p for p in site.rglob("*.html") if "<img src=x" in p.read_text()]
    assert "<img src=x" not in (site / "search/search_index.json").read_text()


def test_a_fence_in_a_quote_is_drawn(tree):
    quote = "> ```run\n> example: 16.1.1\n> ```\n"
    tree.write("docs/index.md", f"# Home\n\n{quote}")
    ended = build(tree)
    assert ended.returncode == 0, ended.stderr
    page = tree.path("site/index.html").read_text()
    assert re.search('<blockquote>\\s*<figure class="db-run">', page)


@pytest.mark.parametrize(
    "break_it",
    [
        broken_link,
        broken_anchor,
        broken_link_on_home_page,
        unknown_fence_key,
        unknown_task_in_fence,
        unknown_dag_in_fence,
        section_missing_in_diff,
        snippet_of_a_concept_page,
        fence_in_indented_code,
        what_the_check_refuses,
    ],
    ids=lambda function: function.__name__,
)
def test_stops_the_build(tree, break_it):
    message = break_it(tree)
    ended = build(tree)
    assert ended.returncode != 0, "the build went through"
    assert re.search(message, ended.stderr + ended.stdout), ended.stderr
