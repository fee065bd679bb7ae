"""A run that exists is executed as a scheduler and a worker would do it."""

import pytest

from dagbook.testing.child_runs import execute

STEM = "98_02_01_till"

DAG = """\
from pathlib import Path

import pendulum
from airflow.sdk import dag, task


def told(context):
    Path(context["params"]["told"]).write_text(context["reason"])


def told_of_failure(context):
    Path(context["params"]["told"]).write_text("failed: " + context["reason"])


@dag(
    dag_id="98_02_01_till",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    params={"told": "", "coins": 2},
    on_success_callback=told,
    on_failure_callback=[told_of_failure],
)
def till():
    @task
    def count(params=None) -> int:
        return 12 // params["coins"]

    count()


till()
"""


@pytest.fixture
def till(written):
    """An example that is written for this test only."""
    return written(STEM, DAG)


@pytest.mark.parametrize(
    ("coins", "state", "words"),
    [(2, "success", "success"), (0, "failed", "failed: task_failure")],
)
def test_the_callbacks_of_a_dag_are_told_how_its_run_ended(
    till, tmp_path, coins, state, words
):
    told = tmp_path / "told.txt"
    conf = {"told": str(told), "coins": coins}
    body = {"dag_run_id": "may", "logical_date": None, "conf": conf}
    with till.scenario("started").http() as http:
        assert http.post(f"/api/v2/dags/{STEM}/dagRuns", json=body).status_code == 200

    assert execute(till.dag, "may") == state
    assert told.read_text() == words
