"""Ask a second DAG for one bill per customer, at most once a day."""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

BILL = "16_01_05_manual_trigger_subtask_5__bill"
TAGS = ["reference", "control", "beginner", "success", "16.1"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id="16_01_05_manual_trigger_subtask_5",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
    params={"more": Param({}, type="object", description="Arguments of the operator")},
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
)
def bills():
    # --8<-- [start:check]
    @task(trigger_rule="all_done")
    def check(asked: list[dict], ti=None) -> list[str]:
        names = [one["trigger_run_id"] for one in asked]
        made = [n for n in names if ti.get_dr_count(BILL, run_ids=[n])]
        if made != names:
            lost = len(names) - len(made)
            raise AirflowFailException(f"{lost} of {len(names)} runs never created")
        return names

    # --8<-- [end:check]
    # --8<-- [start:answer]
    @task
    def orders(params, dag_run=None) -> list[dict]:
        day = f"{dag_run.run_after:%Y-%m-%d}"
        safe = {"logical_date": None, "skip_when_already_exists": True} | params["more"]
        return [
            {"trigger_run_id": f"bill-{who}-{day}", "conf": {"customer": who}} | safe
            for who in ("ada", "bo")
        ]

    asked = orders()
    bill = TriggerDagRunOperator.partial(task_id="bill", trigger_dag_id=BILL)
    bill.expand_kwargs(asked) >> check(asked)
    # --8<-- [end:answer]


@dag(
    dag_id=BILL,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
    params={"customer": Param("ada", type="string")},
)
def one_bill():
    @task
    def send(params) -> str:
        return f"bill for {params['customer']}"

    send()


bills_dag = bills()
one_bill()

if __name__ == "__main__":
    bills_dag.test(logical_date=None)
