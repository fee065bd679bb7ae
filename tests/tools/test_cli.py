"""The commands: exit codes, one line per problem, a closing count."""

from __future__ import annotations

import sys
from pathlib import Path

import example_tree as tree
import pytest
import typer
from typer.testing import CliRunner

from dagbook import cli
from dagbook.problems import DagbookError, Problem
from dagbook.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("DAGBOOK_ROOT", str(tmp_path))
    return tree.write(tmp_path)


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, words)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_new_writes_and_says_what(project: Project) -> None:
    code, output = call("new", "7.1.2")
    assert code == 0
    lines = output.splitlines()
    assert lines[0] == f"written: dags/{tree.FOLDER}/07_01_02_later.py"
    assert len(lines) == 4
    assert (project.root / lines[1].removeprefix("written: ")).is_file()


def test_new_refuses_with_place_and_count(project: Project) -> None:
    code, output = call("new", "7.1.1")
    lines = output.splitlines()
    assert code == 1
    assert lines[0].startswith(
        f"{tree.DAG_PATH}: a file of item 7.1.1 exists already — "
    )
    assert lines[-1] == "3 problems"


def test_todo_sums_and_says_what_is_missing(project: Project) -> None:
    code, output = call("todo")
    lines = output.splitlines()
    assert code == 0
    assert lines[0].startswith("7.1.2 07_01_02_later: the example; the page; the test")
    assert lines[-1] == "1 of 3 examples, 2 of 4 bullets"
    assert call("todo", "--only", "7.1.1") == (0, "1 of 1 examples, 2 of 2 bullets\n")


def test_a_spec_that_cannot_be_read_stops_every_command(project: Project) -> None:
    path = project.root / "docs/spec/7_small_things.md"
    path.write_text(
        path.read_text().replace("- [ ] Shows the sum", "- [x] Shows the sum")
    )
    for words in (["new", "7.1.2"], ["todo"], ["record"]):
        code, output = call(*words)
        assert code == 1
        assert output.splitlines()[0].startswith(
            "docs/spec/7_small_things.md:10: a ticked box — "
        )
        assert output.splitlines()[-1] == "1 problem"


def test_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("nothing")[0] == 2
    assert call("new")[0] == 2
    monkeypatch.delenv("DAGBOOK_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    code, output = call("todo")
    assert code == 2
    assert "run dagbook inside the checkout" in output


def test_record_runs_the_tests_it_is_asked_for(project: Project) -> None:
    test = tree.paths_of(project).test
    test.write_text("def test_sum():\n    assert 1 + 2 == 3\n")
    assert call("record", "--only", "7.1.1", "-q") == (0, "")
    test.write_text("def test_sum():\n    assert 1 + 2 == 4\n")
    assert call("record", "--only", "7.1.1", "-q")[0] == 1


def test_record_without_a_test_is_a_problem(project: Project) -> None:
    code, output = call("record", "--only", "7.1.2")
    assert code == 1
    assert output.splitlines()[0].startswith("tests: no test of 7.1.2 is written")
    code, output = call("record", "--only", "9.9.9")
    assert code == 1
    assert "“9.9.9” is no item of the spec" in output


def test_a_command_of_another_module_gets_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other_command.py").write_text(
        "import typer\n"
        "from dagbook.problems import DagbookError, Problem\n"
        "app = typer.Typer()\n"
        "@app.command()\n"
        "def run(only: str = '', smoke: bool = False) -> None:\n"
        "    if smoke:\n"
        "        raise DagbookError(Problem('a.py', 3, 'smoke', 'open a window'))\n"
        "    print('ran', only)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(cli, "app", typer.Typer())
    cli.app.command("first")(lambda: None)
    cli._register("other", "other_command", "Another.")
    assert "other_command" not in sys.modules
    assert call("other", "--only", "16.1") == (0, "ran 16.1\n")
    assert call("other", "--smoke") == (
        1,
        "a.py:3: smoke — open a window\n1 problem\n",
    )
    assert call("other", "--unknown")[0] == 2
    assert call("other", "--help")[0] == 0


def test_problems_are_sorted_and_counted_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, two = Problem("b.md", 2, "two"), Problem("a.md", 9, "one", "mend it")
    with pytest.raises(typer.Exit) as ended:
        cli._report(lambda: [one, two, one])
    assert ended.value.exit_code == 1
    shown = capsys.readouterr()
    assert shown.out == "a.md:9: one — mend it\nb.md:2: two\n"
    assert shown.err == "2 problems\n"
    with pytest.raises(typer.Exit):
        cli._report(lambda: (_ for _ in ()).throw(DagbookError(one)))
    cli._report(lambda: [])
    assert "no problems" in capsys.readouterr().out
