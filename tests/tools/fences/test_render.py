"""Fences: right ones become HTML, wrong ones stop the build and name the place."""

from __future__ import annotations

import re

import markdown
import pytest
from bs4 import BeautifulSoup
from example_tree import DAG_PATH, STEM, example_of, paths_of, write
from pymdownx.superfences import SuperFencesException
from runs import a_dag, a_run, an_instance

from dagbook.checks.pages import drawn
from dagbook.checks.tree import Tree
from dagbook.examples import example as lookup
from dagbook.fences import preprocess as annotate
from dagbook.fences import render as fences
from dagbook.pages import reader as page
from dagbook.pages.model import FENCES
from dagbook.parsing.model import ParsedFile, ParsedTask, Tick
from dagbook.problems import DagbookError
from dagbook.project import Project
from dagbook.recording import file as recording
from dagbook.site import compose

PLACE = "example: 7.1.1\npage: docs/x.md\nline: 12\n"


@pytest.fixture
def project(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = write(tmp_path)
    paths = paths_of(project)
    tasks = [an_instance("total"), an_instance("guard", "failed")]
    scenario = a_run(*tasks, dag_id=STEM, values={"sum": 3})
    recording.save(
        paths.recording,
        {
            "id": "7.1.1",
            "airflow": "3.3.2",
            "python": "3.11",
            "source": {"path": DAG_PATH, "sha256": "0"},
            "tests": {"path": "t", "sha256": "0", "passed": ["test_sum"]},
            "scenarios": {
                "default": scenario,
                "other": {**scenario, "dag_id": "other"},
                "talk": {"kind": "exchange", "exchanges": [], "values": {}},
            },
        },
    )
    ticks = (Tick(None, None, None, "2026-05-01T00:00:00Z"),)
    dag = a_dag(ParsedTask("total", "@task"), ParsedTask("guard", "Bash"), ticks=ticks)
    parsed = ParsedFile(
        DAG_PATH, 0.1, (), (dag.__class__(**{**vars(dag), "dag_id": STEM}),)
    )
    # Airflow itself parses files in test_parsing; here only what is drawn matters.
    monkeypatch.setattr(lookup.Example, "parsed", lambda self: parsed)
    monkeypatch.setenv("DAGBOOK_ROOT", str(tmp_path))
    return project


def test_a_run_fence_shows_the_scenario(project: Project) -> None:
    html = fences.render("run", PLACE + "show: [states]", project)
    assert '<figure class="db-run">' in html
    assert "<code>default</code>" in html
    assert html.count("<tr>") == 3


def test_a_value_is_shown_without_the_end_of_the_run(project: Project) -> None:
    html = fences.render("run", PLACE + "show: ['value:sum']", project)
    assert "manual" not in html
    html = fences.render("run", PLACE + "show: ['value:sum', states]", project)
    assert "manual" in html


def test_a_graph_fence_takes_the_colours_of_the_run(project: Project) -> None:
    plain = fences.render("graph", PLACE, project)
    assert "db-s-plain" in plain
    assert "db-s-failed" not in plain
    html = fences.render("graph", PLACE + "scenario: default", project)
    assert '"db-node db-s-failed"' in html
    assert 'id="graph-7-1-1-12-w-t"' in html


def test_a_schedule_fence_shows_the_next_runs(project: Project) -> None:
    assert "Fri 2026-05-01 00:00" in fences.render("schedule", PLACE, project)


def test_a_diff_fence_compares_sections(project: Project) -> None:
    body = f"before: {DAG_PATH}:total\nafter: {DAG_PATH}:guard"
    html = fences.render("diff", body, project)
    assert f"{STEM}.py:" in html.replace("<wbr>", "")
    assert "<del" in html
    assert "<ins" in html


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        (
            "run",
            "scenaro: default",
            "unknown key 'scenaro' — write scenario; known: scenario",
        ),
        (
            "run",
            "scenario: nope",
            "no scenario 'nope' — recorded are: default, other",
        ),
        ("run", "scenario: [a]", "scenario is ['a'] — write a name"),
        ("run", "scenario: live/a", "no recording of a real scheduler"),
        ("run", "show: states", "show is no list of words"),
        ("run", "scenario: talk", "nothing to show"),
        ("run", "show: ['xcom:nope']", "no task 'nope' — it has total, guard"),
        ("run", "show: [everything]", "cannot show 'everything'"),
        ("run", "show: [states", "not YAML"),
        ("run", "just words", "not YAML"),
        ("request", "scenario: default", "the key 'exchange' is missing"),
        ("request", "exchange: ask", "the test has named: none"),
        ("request", "scenario: nope\nexchange: ask", "no scenario 'nope'"),
        ("graph", "scenario: nope", "no scenario 'nope'"),
        ("graph", "dag: nope", f"no DAG 'nope' in {STEM}.py — it has {STEM}"),
        ("graph", "scenario: talk", "scenario 'talk' is no run"),
        ("graph", f"dag: {STEM}\nscenario: other", "is a run of other"),
        ("graph", "colour: red", "unknown key 'colour'"),
        ("schedule", "count: many", "count is 'many'"),
        ("schedule", "count: 0", "count is 0"),
        ("schedule", "from: tomorrow", "from is 'tomorrow'"),
        ("diff", f"before: {DAG_PATH}:total", "the key 'after' is missing"),
        ("diff", f"before: {DAG_PATH}:total\nafter: {DAG_PATH}:total", "the same"),
        ("diff", f"before: {DAG_PATH}:x\nafter: {DAG_PATH}", "no section 'x'"),
        ("diff", f"before: nope.py\nafter: {DAG_PATH}", "no file 'nope.py'"),
        ("diff", f"before: ../../etc/passwd\nafter: {DAG_PATH}", "no file"),
    ],
)
def test_a_wrong_fence_names_its_place(
    project: Project, kind: str, body: str, message: str
) -> None:
    with pytest.raises(fences.FenceError) as caught:
        fences.render(kind, PLACE + body, project)
    text = str(caught.value)
    place = r"docs/x\.md:(12: |13: the )"
    assert re.match(f"{place}{kind} fence( is not YAML)?: ", text)
    assert message in text
    # pymdownx lets only its own exceptions through; all others become plain code.
    assert isinstance(caught.value, SuperFencesException)


def test_a_fence_off_any_example_must_name_one(project: Project) -> None:
    with pytest.raises(fences.FenceError, match=r"docs/x.md:3: .*write example:"):
        fences.render("run", "page: docs/x.md\nline: 3", project)
    with pytest.raises(fences.FenceError, match="no item '7.9.9' in docs/spec"):
        fences.render("run", "example: 7.9.9\nline: 3", project)


def _markdown(text: str) -> str:
    custom = [
        {
            "name": kind,
            "class": kind,
            "format": fences.draw,
            "validator": fences.validate,
        }
        for kind in FENCES
    ]
    return markdown.markdown(
        text,
        extensions=["pymdownx.superfences"],
        extension_configs={"pymdownx.superfences": {"custom_fences": custom}},
    )


@pytest.mark.parametrize(
    "text",
    [
        "```run\nscenario: nope\n```",
        "- a list\n\n    ```run\n    scenario: nope\n    ```",
        "```run {scenario=default}\n```",
        "```graph title='x'\n```",
    ],
)
def test_markdown_does_not_swallow_the_error(project: Project, text: str) -> None:
    lines = annotate.annotate(text.split("\n"), "docs/x.md", "7.1.1")
    with pytest.raises(fences.FenceError, match="fence: "):
        _markdown("\n".join(lines))


def test_markdown_renders_a_right_fence(project: Project) -> None:
    text = "- a list\n\n    ```run\n    show: [states]\n    ```"
    lines = annotate.annotate(text.split("\n"), "docs/x.md", "7.1.1")
    assert '<figure class="db-run">' in _markdown("\n".join(lines))


def test_the_place_is_written_into_each_fence() -> None:
    lines = [
        "words",
        "  ```run",
        "  show: [states]",
        "  ```",
        "```run",
        "example: 7.1.2",
        "```",
        "````markdown",
        "```run",
        "```",
        "````",
    ]
    out = annotate.annotate(lines, "docs/x.md", "7.1.1")
    assert len(out) == len(lines)
    assert out[1] == '  ```run\n  example: "7.1.1"\n  page: docs/x.md\n  line: 2'
    assert out[4] == "```run\npage: docs/x.md\nline: 5"
    assert out[7:] == lines[7:]


def test_a_block_with_one_file_is_titled_by_it() -> None:
    lines = [
        "```python",
        '--8<-- "dags/a/x.py:one"',
        "```",
        "```python",
        "x = 1",
        "```",
    ]
    out = annotate.annotate(lines, "docs/a.md")
    assert out[0] == '``` { .python title="x.py" data-search-exclude="" }'
    assert out[3] == "```python"
    # Above a piece of its own file a page needs no name.
    own = annotate.annotate(lines, "docs/a/x.md")
    assert own[0] == '``` { .python data-search-exclude="" }'


def test_a_page_may_show_how_a_page_is_written() -> None:
    lines = ["````markdown", "```python", '--8<-- "x.py:one"', "```", "````"]
    out = annotate.annotate(lines, "docs/x.md")
    assert out == [*lines[:2], ';--8<-- "x.py:one"', *lines[3:]]


def test_a_composed_page_holds_the_parts_in_order(project: Project) -> None:
    text = compose.compose(lookup.example(project, "7.1.1"))
    order = [
        'title: "Add up the orders"',
        'tags: ["reference", "core", "beginner", "success"]',
        "# Add up the orders",
        "```dagbook-header",
        '<div class="db-answer" markdown="1">',
        "You have orders and want their sum.",
        "## The sum",
        '```dagbook-file\nexample: "7.1.1"',
        "<summary>Run it</summary>",
        f"python {STEM}.py",
        "## The error",
        "## What happened",
        "## Pitfalls",
        "## Related",
        "- 7.1.2 Not written",
        "<summary>Evidence: 3 recorded scenarios, 1 test passed on Airflow 3.3.2",
    ]
    places = [text.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


def test_the_file_is_shown_once_without_marks(project: Project) -> None:
    html = fences.render("dagbook-file", PLACE + "errors: true", project)
    words = BeautifulSoup(html, "html.parser")
    shown = words.select_one("#db-file code").get_text()
    assert shown == lookup.example(project, "7.1.1").source
    assert "8<--" not in shown
    assert "def total():" in shown
    assert [one.get_text(" ", strip=True) for one in words.select(".db-tasks li")] == [
        "total success",
        "guard failed",
    ]
    assert 'class="db-node db-s-failed"' in html


def test_every_fence_of_a_page_is_tried_before_the_build(project: Project) -> None:
    path = paths_of(project).page
    text = path.read_text().replace("show: [states]", "show: ['xcom:nope']")
    text += "\n```graph\nscenario: other\ndag: nope\n```\n```graph\ndag: nope\n```\n"
    path.write_text(text)
    found = list(drawn(page.read(path, project), example_of(project), Tree(project)))
    at = text[: text.index("```run")].count("\n") + 1
    assert [(p.line, p.what.partition(":")[0]) for p in found] == [
        (at, "run fence"),
        (text.count("\n") - 6, "graph fence"),
        (text.count("\n") - 2, "graph fence"),
    ]
    assert {p.path for p in found} == {project.relative(path)}


def test_the_header_names_versions_and_the_file(project: Project) -> None:
    html = fences.render("dagbook-header", PLACE + 'airflow: ">=3.1"', project)
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert words == "7.1.1 works on Airflow 3.1–3.3.2 Copy Download"
    assert f'href="{STEM}.py"' in html


def test_a_page_without_a_recording_is_refused(project: Project) -> None:
    example = lookup.example(project, "7.1.1")
    example.item.paths(project).recording.unlink()
    with pytest.raises(
        DagbookError, match=r"docs/.*md: .*no recording — run `make rec"
    ):
        compose.compose(example)
