"""Runs of one test keep apart, and carry what a real scheduler needs to repeat them."""

import pytest

from dagbook import environment
from dagbook.example import Example
from dagbook.pytest_plugin import HARNESS, MutatedPaths

STEM = "98_01_01_orders"
FOLDER = "98_runs_apart/01_runs"

DAG = """\
import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, task


@dag(
    dag_id="98_01_01_orders",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    params={"regions": Param(["north"], type="array")},
)
def orders():
    @task(params={"limit": Param(3, type="integer")})
    def counted(params=None) -> list:
        return [params["regions"], params["limit"]]

    counted()


@dag(
    dag_id="98_01_01_orders__approved",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
)
def approved():
    @task
    def pay() -> int:
        return 12 * 3

    ApprovalOperator(task_id="approve", subject="Pay?") >> pay()


orders()
approved()
"""


@pytest.fixture
def orders(request, tmp_path, monkeypatch):
    """An example that is written for this test only."""
    harness = request.config.stash[HARNESS]
    file = tmp_path / f"{STEM}.py"
    file.write_text(DAG)
    monkeypatch.chdir(tmp_path)
    environment.reset(harness.project, harness.home)
    paths = MutatedPaths(harness.project, FOLDER, STEM, file)
    return Example(paths, harness.home, tmp_path, harness.api)


def test_a_run_does_not_see_the_conf_of_the_one_before(orders):
    sent = orders.run("sent", conf={"regions": ["south"], "limit": 9})
    plain = orders.run("plain", logical_date=None)

    assert sent.value("counted") == [["south"], 9]
    assert plain.value("counted") == [["north"], 3]


def test_the_answers_of_people_are_recorded_with_the_run(orders):
    answer = {"chosen_options": ["Approve"], "params_input": {}}
    with orders.answers(people={"approve": answer}):
        run = orders.run("approved", role="approved")
    later = orders.run("default")

    assert run.value("pay") == 36
    recorded = orders.scenarios["approved"].data()
    assert recorded["answers"] == {"people": {"approve": answer}}
    assert later.state == "success"
    assert "answers" not in orders.scenarios["default"].data()
