"""Retries that depend on the exception."""

from datetime import timedelta

import pendulum
from airflow.sdk import (
    DAG,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowFailException

START = pendulum.datetime(2026, 1, 1)
POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=PermissionError, action=RetryAction.FAIL),
        RetryRule(
            exception=ConnectionError,
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=1),
        ),
    ]
)

with DAG("policy", schedule=None, start_date=START):

    @task(retries=3, retry_delay=timedelta(hours=1), retry_policy=POLICY)
    def refused():
        raise PermissionError("the door is closed")

    @task(retries=3, retry_delay=timedelta(hours=1), retry_policy=POLICY)
    def busy():
        if get_current_context()["ti"].try_number == 1:
            raise ConnectionError("busy")

    refused()
    busy()

with DAG("policy__final", schedule=None, start_date=START):

    @task(retries=3)
    def hopeless():
        raise AirflowFailException("no retry can help")

    hopeless()
