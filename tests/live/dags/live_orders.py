"""Three days of orders, totalled by day and in sum; one day may be made to fail."""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, task

ORDERS = {
    "2026-04-30": [89.90],
    "2026-05-01": [120.00, 42.50, 250.00],
    "2026-05-02": [15.75],
}


@dag(
    dag_id="live_orders",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    params={"broken_day": Param("", type="string")},
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
)
def live_orders():
    @task
    def days() -> list[str]:
        return sorted(ORDERS)

    @task
    def total(day: str, params=None) -> float:
        if day == params["broken_day"]:
            raise ValueError(f"the orders of {day} cannot be read")
        return sum(ORDERS[day])

    @task(trigger_rule="all_done", retries=0)
    def report(totals) -> float:
        return sum(value for value in totals if value is not None)

    @task(retries=0)
    def publish(amount: float) -> str:
        return f"{amount:.2f} EUR"

    totals = total.expand(day=days())
    publish(report(totals))
    totals >> publish.override(task_id="sign_off")(0)


live_orders()
