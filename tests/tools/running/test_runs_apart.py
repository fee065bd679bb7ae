"""Runs of one test keep apart, and carry what a real scheduler needs to repeat them."""

import pytest

STEM = "98_01_01_orders"

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
def orders(written):
    """An example that is written for this test only."""
    return written(STEM, DAG)


def test_a_run_does_not_see_the_conf_of_the_one_before(orders):
    sent = orders.run("sent", conf={"regions": ["south"], "limit": 9})
    plain = orders.run("plain", logical_date=None)

    assert sent.value("counted") == [["south"], 9]
    assert plain.value("counted") == [["north"], 3]


def test_a_run_does_not_see_the_conf_of_a_call_of_the_dag_s_own_test(orders):
    orders.dag.test(run_conf={"regions": ["south"], "limit": 9, "later": True})
    plain = orders.run("plain", logical_date=None)

    assert plain.value("counted") == [["north"], 3]
    assert "later" not in orders.dag.params


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
