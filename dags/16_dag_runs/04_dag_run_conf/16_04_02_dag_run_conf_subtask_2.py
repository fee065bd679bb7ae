"""A loan calculator whose schema refuses bad input before a run exists.

Each param says what its value must be, in the words of JSON schema. Airflow checks them
when a run is asked for, whichever way it is asked for. ``__branch`` asks for runs with
TriggerDagRunOperator.
"""

import logging
from datetime import date

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

log = logging.getLogger(__name__)

DAG_ID = "16_04_02_dag_run_conf_subtask_2"
TAGS = ["reference", "control", "beginner", "success", "16.4"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
RATES = {"fixed": 0.036, "variable": 0.024}  # a year

# --8<-- [start:schema]
EXTRA_PAYMENT = {
    "type": "object",
    "properties": {
        "month": {"type": "integer", "minimum": 1},
        "amount": {"type": "number", "exclusiveMinimum": 0},
    },
    "required": ["month", "amount"],
    "additionalProperties": False,
}
PARAMS = {
    "amount": Param(12_000, type="integer", minimum=500, maximum=75_000),
    "months": Param(12, type="integer", minimum=6, maximum=120, multipleOf=6),
    "rate": Param("fixed", enum=list(RATES)),
    "first_payment": Param("2026-06-01", type="string", format="date"),
    "customer": Param("DE-0042", type="string", pattern=r"^[A-Z]{2}-[0-9]{4}$"),
    "extra": Param([], type="array", items=EXTRA_PAYMENT, maxItems=3),
    "remark": Param(None, type=["null", "string"], minLength=1),
}
# --8<-- [end:schema]


def instalment(amount: float, months: int, rate: float) -> float:
    """Return the monthly payment in euros of a loan at a yearly rate."""
    monthly = rate / 12
    return round(amount * monthly / (1 - (1 + monthly) ** -months), 2)


# --8<-- [start:balance]
def plan(params: dict) -> list[float]:
    """Return what is owed after each month, until nothing is."""
    rate, owed, months = RATES[params["rate"]], params["amount"], int(params["months"])
    extra = {e["month"]: e["amount"] for e in params["extra"]}
    payment, balances = instalment(owed, months, rate), []
    for month in range(1, months + 1):
        owed = owed * (1 + rate / 12) - payment - extra.get(month, 0)
        balances.append(max(round(owed, 2), 0.0))
    return balances


# --8<-- [end:balance]


@dag(
    dag_id=DAG_ID,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=PARAMS,
)
def loan():
    # --8<-- [start:trusting]
    @task
    def offer(params) -> dict:
        first, rate = params["first_payment"], RATES[params["rate"]]
        log.info("first payment on a %s", f"{date.fromisoformat(first):%A}")
        return {
            "customer": params["customer"].strip(),
            "payment": instalment(params["amount"], params["months"], rate),
            "owed": plan(params)[::6],
            "months_came_as": type(params["months"]).__name__,
            "remark": params["remark"] or "none",
        }

    # --8<-- [end:trusting]

    offer()


# --8<-- [start:branch]
@dag(
    dag_id=f"{DAG_ID}__branch",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"requests": Param([{}], type="array", items={"type": "object"})},
)
def branch():
    @task
    def requests(params) -> list[dict]:
        return params["requests"]

    TriggerDagRunOperator.partial(
        task_id="ask",
        trigger_dag_id=DAG_ID,
        trigger_run_id="request-{{ ti.map_index }}",
        logical_date=None,
    ).expand(conf=requests())


# --8<-- [end:branch]

loan_dag = loan()
branch()

if __name__ == "__main__":
    loan_dag.test(run_conf={"amount": 9_000, "months": 24})
