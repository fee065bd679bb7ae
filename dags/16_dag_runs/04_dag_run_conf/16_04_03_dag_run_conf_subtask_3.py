"""Export the orders of a month, after a check of the keys that were sent.

The second DAG has no check: it exports the default month when a key is misspelled.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

STEM = "16_04_03_dag_run_conf_subtask_3"
PARAMS = {
    "from_day": Param("2026-05-01", type="string", format="date"),
    "to_day": Param("2026-05-31", type="string", format="date"),
}
OTHERS = ("x_", "openlineage")  # keys that callers add for their own use
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.4"],
    "params": PARAMS,
    "default_args": {"retries": 2, "retry_delay": timedelta(seconds=1)},
}


@task
def export(params) -> str:
    return f"orders from {params['from_day']} to {params['to_day']}"


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def monthly_orders():
    # --8<-- [start:answer]
    @task
    def check(params, dag_run=None):
        sent = sorted(key for key in dag_run.conf if not key.startswith(OTHERS))
        wrong = [f"unknown key {key}" for key in sent if key not in PARAMS]
        if params["from_day"] > params["to_day"]:
            wrong.append("from_day is after to_day")
        if wrong:
            raise AirflowFailException("; ".join(wrong))

    check() >> export()
    # --8<-- [end:answer]


@dag(dag_id=f"{STEM}__unchecked", **COMMON)
def unchecked_orders():
    export()


orders = monthly_orders()
unchecked_orders()

if __name__ == "__main__":
    orders.test(logical_date=None)
