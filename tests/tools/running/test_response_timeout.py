"""A person who does not answer in time is answered for, as by a scheduler."""

DAG = """\
from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG

with DAG(
    "98_06_01_asked",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,
):
    soon = {"options": ["yes", "no"], "response_timeout": timedelta(seconds=1)}
    HITLOperator(task_id="with_defaults", subject="Pay?", defaults="no", **soon)
    HITLOperator(task_id="without", subject="Pay?", **soon)
"""


def test_the_defaults_are_taken_and_without_them_the_task_fails(written):
    run = written("98_06_01_asked", DAG).run(limit=300)

    assert run.states == {"with_defaults": "success", "without": "failed"}
    assert run.value("with_defaults")["chosen_options"] == ["no"]
    assert run.task("without").error.startswith("HITLTimeoutError: ")
