"""A payment that a person must approve; large ones are refused at once."""

import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, task


@dag(
    dag_id="live_approval",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    params={"amount": Param(100, type="integer", maximum=500)},
)
def live_approval():
    @task
    def pay(params=None) -> int:
        return params["amount"]

    ApprovalOperator(task_id="approve", subject="Pay this amount?") >> pay()


live_approval()
