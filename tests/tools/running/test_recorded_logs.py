"""What the example's own file logs is recorded, and no secret that Airflow hides."""

import json

HEAD = """\
import logging

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, BaseNotifier, BaseOperator, Connection, Variable, task
from airflow.sdk.log import mask_secret
import structlog

log = logging.getLogger(__name__)
words = structlog.get_logger(__name__)
"""

WITH = """
with DAG(
    "98_04_01_told",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,{more}
):
"""

LOGS = (
    HEAD
    + """
class Tell(BaseNotifier):
    def notify(self, context):
        self.log.warning("told of %s", context["dag"].dag_id)


def ended(context):
    log.warning("the run ended")


class Count(BaseOperator):
    def execute(self, context):
        self.log.info("counted %d of %s", 3, "orders")
        self.log.debug("not at this level")
        words.bind(shop="north").info("sold", mugs=2)
        log.info("by the standard library")
        print("not a line of a log")
"""
    + WITH.format(more="\n    on_success_callback=ended,")
    + """
    Count(task_id="count", on_success_callback=Tell()) >> BashOperator(
        task_id="bash", bash_command="echo not of this file"
    )
"""
)


def test_lines_of_operators_notifiers_and_structlog_are_recorded(written):
    run = written("98_04_01_told", LOGS).run()

    assert run.state == "success"
    assert run.task("count").log == [
        "INFO counted 3 of orders",
        "INFO sold shop=north mugs=2",
        "INFO by the standard library",
        "WARNING told of 98_04_01_told",
    ]
    # The callback of the run comes after its last task.
    assert run.task("bash").log == ["WARNING the run ended"]


SECRETS = (
    HEAD
    + WITH.format(more="")
    + """
    @task
    def leak():
        found = Variable.get("api_password")
        log.info("variable %s", found)
        words.info("connection", password=Connection.get("bank").password)
        mask_secret("hidden-by-hand-1")
        log.info("by hand hidden-by-hand-1")
        return {"password": found, "file_token": "abc", "duration": 12.5}

    @task
    def fail():
        raise ValueError("login failed with " + Variable.get("api_password"))

    leak() >> BashOperator(
        task_id="bash",
        bash_command="echo {{ var.value.api_password }} {{ conn.bank.password }}",
    ) >> fail()
"""
)
BANK = {"conn_type": "http", "host": "bank", "login": "shop", "password": "sesame-bank"}


def test_airflow_s_own_redaction_applies_to_a_recording(written, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_API_PASSWORD", "sesame-api")
    monkeypatch.setenv("AIRFLOW_CONN_BANK", json.dumps(BANK))
    example = written("98_04_01_told", SECRETS)
    run = example.run()
    example.scenario("default").keep("said", "sesame-api")

    assert run.task("leak").log == [
        "INFO variable ***",
        "INFO connection password=***",
        "INFO by hand ***",
    ]
    assert run.task("fail").error == "ValueError: login failed with ***"
    # A worker stores an XCom in clear; a recording does not.
    assert run.value("leak")["password"] == "sesame-api"
    data = example.scenario("default").data()
    returned = {"password": "***", "file_token": "abc", "duration": 12.5}
    assert data["tasks"][0]["xcoms"]["return_value"] == returned
    assert data["tasks"][1]["rendered"] == {"bash_command": "echo *** ***"}
    assert "sesame" not in json.dumps(data)
    assert "by-hand" not in json.dumps(data)


def test_the_secrets_of_one_test_are_words_again_in_the_next(written, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_API_PASSWORD", "counted 3")
    monkeypatch.setenv("AIRFLOW_CONN_BANK", json.dumps(BANK))
    run = written("98_04_01_told", SECRETS).run()
    assert run.task("leak").log[0] == "INFO variable ***"

    run = written("98_04_01_told", LOGS).run("later")
    assert run.task("count").log[0] == "INFO counted 3 of orders"
