"""Refuse misspelt keys and contradictions, which no schema of a param can see.

The first task compares what was sent with what the DAG declares, collects everything
that is wrong, and fails once. ``__unchecked`` does the same work without that task.
"""

import logging
from datetime import timedelta
from difflib import get_close_matches

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

TAGS = ["reference", "control", "beginner", "success", "16.4"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
PARAMS = {
    "from_day": Param("2026-05-01", type="string", format="date"),
    "to_day": Param("2026-05-31", type="string", format="date"),
    "customer": Param(None, type=["null", "string"]),
    "country": Param(None, type=["null", "string"], enum=[None, "DE", "FR", "IT"]),
}
INVOICES = [
    {"day": "2026-04-30", "customer": "ada", "country": "DE", "cents": 12_000},
    {"day": "2026-05-01", "customer": "ada", "country": "DE", "cents": 8_990},
    {"day": "2026-05-12", "customer": "bo", "country": "FR", "cents": 4_250},
    {"day": "2026-05-31", "customer": "cai", "country": "IT", "cents": 25_000},
    {"day": "2026-06-01", "customer": "bo", "country": "FR", "cents": 1_575},
]

# --8<-- [start:allowed]
NOT_OURS = ("x_", "openlineage")
# --8<-- [end:allowed]


# --8<-- [start:misspelt]
def misspelt(conf: dict) -> list[str]:
    """Return a complaint for each key that the DAG does not declare."""
    complaints = []
    for key in sorted(conf.keys() - PARAMS):
        if key.startswith(NOT_OURS):
            continue
        near = get_close_matches(key.lower(), PARAMS, n=1, cutoff=0.7)
        meant = f", did you mean {near[0]}?" if near else ""
        complaints.append(f"unknown key {key}{meant}")
    return complaints


# --8<-- [end:misspelt]


# --8<-- [start:contradictions]
def contradictions(params: dict) -> list[str]:
    """Return a complaint for each pair of values that cannot both be meant."""
    complaints = []
    if params["from_day"] > params["to_day"]:
        complaints.append(
            f"from_day {params['from_day']} is after to_day {params['to_day']}"
        )
    if params["customer"] and params["country"]:
        complaints.append("send customer or country, not both")
    return complaints


# --8<-- [end:contradictions]


def wanted(invoice: dict, params: dict) -> bool:
    """Tell whether an invoice belongs into the export."""
    return params["from_day"] <= invoice["day"] <= params["to_day"] and all(
        params[key] in (None, invoice[key]) for key in ("customer", "country")
    )


@task
def export(params) -> dict:
    chosen = [invoice for invoice in INVOICES if wanted(invoice, params)]
    return {"invoices": len(chosen), "cents": sum(i["cents"] for i in chosen)}


@dag(
    dag_id="16_04_03_dag_run_conf_subtask_3",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=1)},
)
def checked():
    # --8<-- [start:check]
    @task
    def check(params, dag_run=None):
        complaints = misspelt(dag_run.conf) + contradictions(params)
        if complaints:
            raise AirflowFailException("; ".join(complaints))
        log.info("period %s to %s", params["from_day"], params["to_day"])

    check() >> export()
    # --8<-- [end:check]


@dag(
    dag_id="16_04_03_dag_run_conf_subtask_3__unchecked",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params=PARAMS,
)
def unchecked():
    # --8<-- [start:unchecked]
    export()
    # --8<-- [end:unchecked]


export_dag = checked()
unchecked()

if __name__ == "__main__":
    export_dag.test(run_conf={"country": "FR"})
