"""Name the runs you trigger, so that asking twice bills once.

A billing round starts one run of a second DAG for each customer. The id of such a run
says what it stands for, customer and day, so a second press of *Trigger* meets the run
that is there already. The round ends by looking up every run by its name.
"""

import logging
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, chain, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

BILLING = "16_01_05_manual_trigger_subtask_5__billing"
TAGS = ["reference", "control", "beginner", "success", "16.1"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
RETRY = {"retries": 1, "retry_delay": timedelta(seconds=1)}

OPEN_ORDERS = [
    {"number": 1001, "customer": "ada", "cents": 8990},
    {"number": 1002, "customer": "bo", "cents": 12000},
    {"number": 1003, "customer": "ada", "cents": 4250},
    {"number": 1004, "customer": "cai", "cents": 25000},
]
NEXT_MORNING = {"cai"}


# --8<-- [start:names]
def batches(day: date, asked_by: str) -> list[dict]:
    """Return the arguments of one trigger per customer."""
    morning = datetime.combine(day + timedelta(days=1), time(6), UTC).isoformat()
    numbers = defaultdict(list)
    for order in OPEN_ORDERS:
        numbers[order["customer"]].append(order["number"])
    return [
        {
            "trigger_run_id": f"bill-{customer}-{day}",
            "conf": {"customer": customer, "orders": orders},
            "note": f"asked for by {asked_by}",
        }
        | ({"run_after": morning} if customer in NEXT_MORNING else {})
        for customer, orders in sorted(numbers.items())
    ]


# --8<-- [end:names]


# --8<-- [start:receipt]
@task(trigger_rule="all_done")
def receipt(asked: list[dict], ti=None) -> list[dict]:
    """Look up every run by its name, whatever became of the task that asked for it."""
    names = [ask["trigger_run_id"] for ask in asked]
    missing = [name for name in names if not ti.get_dr_count(BILLING, run_ids=[name])]
    if missing:
        raise AirflowFailException(f"never created: {', '.join(missing)}")
    return [{"run": n, "state": ti.get_dagrun_state(BILLING, n)} for n in names]


# --8<-- [end:receipt]


# --8<-- [start:billing]
@dag(
    dag_id=BILLING,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
    params={
        "customer": Param(type="string"),
        "orders": Param(type="array", items={"type": "integer"}, minItems=1),
    },
)
def billing():
    @task
    def bill(params=None) -> int:
        cents = {o["number"]: o["cents"] for o in OPEN_ORDERS}
        total = sum(cents[number] for number in params["orders"])
        log.info("%s owes %.2f", params["customer"], total / 100)
        return total

    bill()


# --8<-- [end:billing]


@dag(
    dag_id="16_01_05_manual_trigger_subtask_5",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    default_args=RETRY,
)
def billing_round():
    @task
    def open_batches(dag_run=None) -> list[dict]:
        return batches(dag_run.run_after.date(), asked_by=dag_run.run_id)

    # --8<-- [start:trigger]
    asked = open_batches()
    trigger = TriggerDagRunOperator.partial(
        task_id="trigger_billing",
        trigger_dag_id=BILLING,
        logical_date=None,
        skip_when_already_exists=True,
        fail_when_dag_is_paused=True,
    ).expand_kwargs(asked)
    trigger >> receipt(asked)
    # --8<-- [end:trigger]


@dag(
    dag_id="16_01_05_manual_trigger_subtask_5__one_date",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def one_date():
    # --8<-- [start:one-date]
    day = date(2026, 5, 2)
    asked = batches(day, asked_by="the round that shares a date")
    triggers = [
        TriggerDagRunOperator(
            task_id=f"trigger_{ask['conf']['customer']}",
            trigger_dag_id=BILLING,
            trigger_run_id=ask["trigger_run_id"],
            conf=ask["conf"],
            note=ask["note"],
            logical_date=day.isoformat(),
            skip_when_already_exists=True,
            trigger_rule="all_done",
        )
        for ask in asked
    ]
    chain(*triggers, receipt(asked))
    # --8<-- [end:one-date]


@dag(
    dag_id="16_01_05_manual_trigger_subtask_5__variants",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    default_args=RETRY,
)
def variants():
    # --8<-- [start:variants]
    request = {
        "trigger_dag_id": BILLING,
        "trigger_run_id": "bill-ada-2026-05-03",
        "conf": {"customer": "ada", "orders": [1001]},
    }
    changes = {
        "no_name": {"trigger_run_id": None},
        "same_name": {},
        "same_name_skip": {"skip_when_already_exists": True},
        "same_name_reset": {
            "reset_dag_run": True,
            "conf": {"customer": "ada", "orders": [1001, 1003]},
        },
        "wrong_dag": {"trigger_dag_id": "biling"},
        "wrong_conf": {
            "trigger_run_id": "bill-bo-2026-05-03",
            "conf": {"customer": "bo", "orders": "1002"},
        },
    }
    TriggerDagRunOperator(task_id="first", **request) >> [
        TriggerDagRunOperator(task_id=name, **(request | change))
        for name, change in changes.items()
    ]
    # --8<-- [end:variants]


billing()
billing_round_dag = billing_round()
one_date()
variants()

if __name__ == "__main__":
    billing_round_dag.test(logical_date=None)
