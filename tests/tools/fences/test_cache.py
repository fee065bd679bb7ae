"""What a fence showed before is shown again, until anything that it shows changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from example_tree import DAG_PATH, STEM, paths_of, write
from runs import a_dag, a_run, an_instance

from dagbook.examples import example as lookup
from dagbook.fences import cache as drawn
from dagbook.fences import preprocess as annotate
from dagbook.fences import render as fences
from dagbook.parsing.model import ParsedFile, ParsedTask
from dagbook.project import Project
from dagbook.recording import file as recording

PLACE = "\n".join([*annotate.place("", [], "docs/x.md", 12, "7.1.1"), ""])
HEADER = PLACE + 'airflow: ">=3.3"\n'


def record(project: Project, *states: str, airflow: str = "3.3.2") -> None:
    """Write a recording of a scenario whose tasks have these states."""
    tasks = [an_instance(f"t{number}", state) for number, state in enumerate(states)]
    recording.save(
        paths_of(project).recording,
        {
            "id": "7.1.1",
            "airflow": airflow,
            "python": "3.11",
            "source": {"path": DAG_PATH, "sha256": "0"},
            "tests": {"path": "t", "sha256": "0", "passed": ["test_sum"]},
            "scenarios": {"default": a_run(*tasks, dag_id=STEM)},
        },
    )


@pytest.fixture
def project(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = write(tmp_path)
    record(project, "success")
    monkeypatch.setenv("DAGBOOK_ROOT", str(tmp_path))
    return project


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fences that were really drawn, by kind."""
    made: list[str] = []
    for kind, draw in fences._RENDER.items():

        def drawing(project, arguments, kind=kind, draw=draw):
            made.append(kind)
            return draw(project, arguments)

        monkeypatch.setitem(fences._RENDER, kind, drawing)
    return made


def test_the_same_fence_is_drawn_once(project: Project, drawings: list[str]) -> None:
    for kind, body in (("run", PLACE), ("dagbook-header", HEADER)):
        first = fences.render(kind, body, project)
        assert fences.render(kind, body, project) == first
        assert drawn.kept(project, kind, body)
    assert drawings == ["run", "dagbook-header"]


def test_another_word_in_the_fence_draws_it_again(
    project: Project, drawings: list[str]
) -> None:
    first = fences.render("run", PLACE, project)
    assert fences.render("run", PLACE + "show: [timeline]", project) != first
    assert drawings == ["run", "run"]


def test_a_new_recording_draws_run_and_header_again(project: Project) -> None:
    run = fences.render("run", PLACE, project)
    assert "failed" not in run
    record(project, "failed")
    assert "failed" in fences.render("run", PLACE, project)


def test_a_new_recording_changes_the_header(project: Project) -> None:
    assert "3.3–3.3.2" in fences.render("dagbook-header", HEADER, project)
    record(project, "success", airflow="3.3.3")
    assert "3.3–3.3.3" in fences.render("dagbook-header", HEADER, project)


def test_a_new_parse_of_the_file_changes_the_graph(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(*tasks: str) -> None:
        dag = replace(
            a_dag(*(ParsedTask(task, "@task") for task in tasks)), dag_id=STEM
        )
        parsed = ParsedFile(DAG_PATH, 0.1, (), (dag,))
        monkeypatch.setattr(lookup.Example, "parsed", lambda self: parsed)

    parse("total")
    assert "guard" not in fences.render("graph", PLACE, project)
    parse("total", "guard")
    assert "guard" in fences.render("graph", PLACE, project)


def test_a_changed_dag_file_changes_the_listing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    dag_of_tasks = replace(a_dag(ParsedTask("t0", "@task")), dag_id=STEM)
    parsed = ParsedFile(DAG_PATH, 0.1, (), (dag_of_tasks,))
    monkeypatch.setattr(lookup.Example, "parsed", lambda self: parsed)
    body = PLACE + "errors: true\n"
    assert "# changed" not in fences.render("dagbook-file", body, project)
    dag = paths_of(project).dag
    dag.write_text(dag.read_text("utf-8") + "# changed\n", "utf-8")
    assert "# changed" in fences.render("dagbook-file", body, project)


def test_a_broken_fence_is_broken_each_time(
    project: Project, drawings: list[str]
) -> None:
    body = PLACE + "scenario: nope"
    for _ in range(2):
        with pytest.raises(fences.FenceError, match="no scenario 'nope'"):
            fences.render("run", body, project)
        with pytest.raises(fences.FenceError, match="no scenario 'nope'"):
            fences.verify("run", body, project)
    assert not drawn.kept(project, "run", body)


def test_a_recording_that_is_gone_is_missed(project: Project) -> None:
    fences.render("run", PLACE, project)
    paths_of(project).recording.unlink()
    with pytest.raises(fences.FenceError, match="has no recording"):
        fences.render("run", PLACE, project)


@pytest.mark.parametrize("body", ["{example: 7.1.1}", "example: 7.1.1 # this"])
def test_a_fence_whose_example_is_not_plain_is_drawn_each_time(
    project: Project, drawings: list[str], body: str
) -> None:
    for _ in range(2):
        fences.render("run", body, project)
    assert drawings == ["run", "run"]


@pytest.mark.parametrize("written", ["7.1.1", "'7.1.1'", STEM])
def test_a_fence_that_a_person_names_an_example_in_is_drawn_once(
    project: Project, drawings: list[str], written: str
) -> None:
    for _ in range(2):
        fences.render("run", f"example: {written}", project)
    assert drawings == ["run"]
