"""`airflow dags pause`: what it prints, what it ends with, and a script that checks."""

import json
import os
import subprocess

import pytest
from airflow.models.dag import DagModel
from airflow.utils.session import create_session

from dagbook.running import airflow_command

STEM = "62_01_03_cli_pause"
REFUNDS = f"{STEM}__refunds"
REGEX = "--treat-dag-id-as-regex"

PAUSE_SH = r"""
# --8<-- [start:script]
airflow dags pause "$1"
airflow dags list --columns dag_id,is_paused -o json | tail -n 1 |
  grep -qF "{\"dag_id\": \"$1\", \"is_paused\": \"True\"}" ||
  { echo "$1 is not paused" >&2; exit 1; }
# --8<-- [end:script]
"""


def is_paused(dag_id: str) -> bool:
    with create_session() as session:
        return session.get(DagModel, dag_id).is_paused


@pytest.fixture
def unpaused(example):
    assert example.dags
    with create_session() as session:
        for dag_id in (STEM, REFUNDS):
            session.get(DagModel, dag_id).is_paused = False


def last_line(done) -> list[dict]:
    """Return the table that a command has printed as JSON, below warnings."""
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_plain_trigger_loads_the_orders(example):
    run = example.run(logical_date=None)

    assert (run.state, run.value("load")) == ("success", 42)


def test_pause_prints_the_value_before_the_change(example, unpaused):
    kept = example.scenario("one DAG")
    paused = kept.cli("dags", "pause", STEM, "-o", "json", name="pause")
    columns = ("--columns", "dag_id,is_paused", "-o", "json")
    listed = kept.cli("dags", "list", *columns, name="list")

    assert last_line(paused) == [{"dag_id": STEM, "is_paused": "False"}]
    assert last_line(listed) == [
        {"dag_id": STEM, "is_paused": "True"},
        {"dag_id": REFUNDS, "is_paused": "False"},
    ]
    ends = {
        "1 a DAG of the file": script(example, REFUNDS),
        "2 an unknown id": script(example, "62_01_03_no_such_dag"),
    }
    assert example.scenario("script").keep("pause.sh ends with", ends) == {
        "1 a DAG of the file": "0",
        "2 an unknown id": "1 62_01_03_no_such_dag is not paused",
    }


def script(example, dag_id: str) -> str:
    """Run pause.sh, with Airflow's real command in the process that has it imported."""
    ask, told = (example.scratch / name for name in ("ask", "told"))
    for pipe in (ask, told):
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
    airflow = 'airflow() { echo "$*" > ask; cat told; }\n'
    words = ["sh", "-c", airflow + PAUSE_SH, "pause.sh", dag_id]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=example.scratch, **pipes) as shell:
        for _ in PAUSE_SH.split("airflow ")[1:]:
            done = airflow_command.run(tuple(ask.read_text().split()))
            told.write_text(done.stdout)
        said = shell.stderr.read().strip()
    return f"{shell.returncode} {said}".strip()


def test_regex_with_an_end_unpauses_one_dag(example):
    assert example.dags
    kept = example.scenario("regex")
    words = ("dags", "unpause", "__refunds$", REGEX, "-y")
    done = kept.cli(*words, "-o", "json", name="unpause")

    assert done.returncode == 0
    assert last_line(done) == [{"dag_id": REFUNDS, "is_paused": "True"}]
    assert (is_paused(STEM), is_paused(REFUNDS)) == (True, False)


def test_regex_without_yes_and_terminal_fails(example, unpaused):
    # Not recorded: the question lists the two DAGs in any order.
    done = airflow_command.run(("dags", "pause", "cli_pause", REGEX))
    question = done.stdout.strip().splitlines()[0]
    last = f"exit code {done.returncode}, {done.stderr.strip().splitlines()[-1]}"

    assert (is_paused(STEM), is_paused(REFUNDS)) == (False, False)
    assert example.scenario("no terminal").keep(
        "airflow dags pause cli_pause --treat-dag-id-as-regex", [question, last]
    ) == [
        "You are about to pause 2 DAGs:",
        "exit code 1, EOFError: EOF when reading a line",
    ]


def test_unknown_id_ends_with_exit_code_0(example):
    assert example.dags
    kept = example.scenario("unknown")
    done = kept.cli("dags", "pause", "62_01_03_no_such_dag", name="pause")

    assert done.returncode == 0
    assert done.stdout.strip().endswith("No unpaused DAGs were found")
