"""Starts another DAG, with a logical date and without one."""

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

START = pendulum.datetime(2026, 1, 1)

with DAG("caller", schedule=None, start_date=START):
    TriggerDagRunOperator(task_id="call", trigger_dag_id="caller__called")

with DAG("caller__dateless", schedule=None, start_date=START):
    TriggerDagRunOperator(
        task_id="call", trigger_dag_id="caller__called", logical_date=None
    )

with DAG("caller__called", schedule=None, start_date=START):
    EmptyOperator(task_id="answer")
