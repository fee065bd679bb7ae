"""Names of Airflow in a DAG file."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagbook.project import Project
from dagbook.site import symbols


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from airflow.sdk import DAG", {"airflow.sdk.DAG"}),
        ("from airflow.sdk import Asset as A\nA('x')", {"airflow.sdk.Asset"}),
        (
            "from airflow.sdk import task\n@task.branch\ndef f(): pass",
            {"airflow.sdk.task", "airflow.sdk.task.branch"},
        ),
        (
            "from airflow.sdk import task as t\n@t.sensor(mode='poke')\ndef f(): pass",
            {"airflow.sdk.task", "airflow.sdk.task.sensor"},
        ),
        ("import airflow.sdk as s\ns.Variable.get('x')", {"airflow.sdk.Variable"}),
        ("import airflow.sdk\nairflow.sdk.Asset('x')", {"airflow.sdk.Asset"}),
        ("from airflow import sdk\nsdk.chain(a)", {"airflow.sdk.chain"}),
        (
            "from airflow.providers.standard.sensors.time import TimeSensor as T\nT()",
            {"airflow.providers.standard.sensors.time.TimeSensor"},
        ),
        ("def f():\n    from airflow.sdk import Param", {"airflow.sdk.Param"}),
        ("import json\nfrom . import airflow\njson.dumps(1)", set()),
        (
            "from airflow.sdk import Variable\nVariable.get('x')",
            {"airflow.sdk.Variable"},
        ),
    ],
)
def test_symbols(source: str, expected: set[str]) -> None:
    assert set(symbols.read(source)[0]) == expected


def test_arguments_of_dags_tasks_and_operators() -> None:
    source = """
from airflow.sdk import dag, task
from airflow.providers.standard.operators.bash import BashOperator

@dag(schedule=None, max_active_runs=1, default_args={"retries": 2, "owner": "x"})
def d():
    @task(trigger_rule="all_done")
    def f(x): ...
    @task.branch(pool="p")
    def g(): ...
    f.override(execution_timeout=1)(x=3)
    BashOperator(task_id="b", bash_command="true", append_env=True)
    print(end="")
"""
    assert symbols.read(source)[1] == (
        "append_env",
        "execution_timeout",
        "max_active_runs",
        "pool",
        "retries",
        "trigger_rule",
    )


def test_features_are_short_and_leave_out_what_all_files_have() -> None:
    words = symbols.features(
        (
            "airflow.providers.standard.operators.bash.BashOperator",
            "airflow.sdk.dag",
            "airflow.sdk.exceptions.AirflowSkipException",
            "airflow.sdk.task",
            "airflow.sdk.task.branch",
        ),
        ("retries",),
    )
    assert words == ["AirflowSkipException", "BashOperator", "task.branch", "retries="]


def test_a_file_that_is_missing_or_no_python_has_none(tmp_path: Path) -> None:
    assert symbols.of_file(Project(tmp_path), tmp_path / "x.py") == ((), ())
    (tmp_path / "x.py").write_text("def")
    assert symbols.of_file(Project(tmp_path), tmp_path / "x.py") == ((), ())


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path, project = tmp_path / "x.py", Project(tmp_path)
    path.write_text("from airflow.sdk import DAG\n")
    assert symbols.of_file(project, path) == (("airflow.sdk.DAG",), ())
    assert symbols.of_file(project, path) == (("airflow.sdk.DAG",), ())
    path.write_text("from airflow.sdk import Asset\n")
    assert symbols.of_file(project, path) == (("airflow.sdk.Asset",), ())
