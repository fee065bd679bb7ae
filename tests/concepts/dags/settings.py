"""Reads conf and params in Python and in a template."""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

with DAG(
    "settings",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    params={"days": 1},
):

    @task
    def read(params=None, dag_run=None):
        return {"conf": dag_run.conf, "params": dict(params)}

    read()
    BashOperator(
        task_id="template", bash_command="echo till {{ dag_run.conf['till'] }}"
    )
