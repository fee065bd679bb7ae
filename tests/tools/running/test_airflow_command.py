"""A command from the warm process says what ``python -m airflow`` says."""

import os
import subprocess
import sys

import pytest

from dagbook.running import airflow_command

STEM = "98_05_01_till"

DAG = """\
import pendulum
from airflow.sdk import DAG, task

with DAG(
    "98_05_01_till",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,
):

    @task
    def count():
        return 12

    count()
"""


@pytest.fixture
def till(written):
    """An example whose DAG is in the database."""
    made = written(STEM, DAG)
    assert made.dags
    return made


def real(*words):
    env = {**os.environ, "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
    return subprocess.run(
        [sys.executable, "-m", "airflow", *words],
        capture_output=True,
        text=True,
        env=env,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("dags", "list", "--output", "json"), 0),
        (("dags", "trigger", "gone"), 1),  # with a traceback on stderr
        (("dags", "nothing"), 2),  # with the usage
    ],
)
def test_a_command_answers_as_the_real_one(till, words, code):
    wanted, got = real(*words), airflow_command.run(words)

    assert got.returncode == wanted.returncode == code
    assert got.stdout == wanted.stdout
    assert got.stderr == wanted.stderr
    assert got.stdout or got.stderr


def test_each_call_has_the_environment_and_folder_of_its_moment(till, monkeypatch):
    for name in ("north", "south"):
        monkeypatch.setenv("AIRFLOW_VAR_SHOP", name)
        done = till.scenario(name).cli("variables", "get", "shop")
        assert (done.returncode, done.stdout) == (0, f"{name}\n")
    for name in ("a", "b"):
        (till.scratch / name).mkdir()
        monkeypatch.chdir(till.scratch / name)
        till.scenario("files").cli("variables", "export", "all.json")
        assert (till.scratch / name / "all.json").read_text() == "{}"


def test_what_one_command_wrote_the_test_and_the_next_command_see(till):
    asked = till.scenario("trigger")
    asked.cli("dags", "trigger", STEM, "--run-id", "may-1", name="trigger")
    listed = asked.cli("dags", "list-runs", STEM, "--output", "plain")

    assert "may-1" in listed.stdout
    with till.api.client() as api:
        runs = api.get(f"/api/v2/dags/{STEM}/dagRuns").json()["dag_runs"]
    assert [run["dag_run_id"] for run in runs] == ["may-1"]
    assert (
        asked.exchanges[0]["command"] == f"airflow dags trigger {STEM} --run-id may-1"
    )
    assert asked.exchanges[0]["exit"] == 0


def test_a_command_that_hangs_is_ended(till, monkeypatch):
    airflow_command.run(("version",))
    monkeypatch.setattr(airflow_command, "LIMIT", 0.0)
    with pytest.raises(TimeoutError, match="airflow dags list was not over"):
        airflow_command.run(("dags", "list"))
    monkeypatch.undo()
    assert airflow_command.run(("version",)).stdout == "3.3.2\n"
