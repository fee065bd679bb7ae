"""What each field of the trigger form becomes in the run, and who filled it in.

``refund`` is the DAG that people start: its params are the fields of its form. The DAG
named by this file reads the runs of ``refund`` back through the REST API and counts, by
origin, which fields were filled in. A task of ``refund`` cannot do that for its own
run: Airflow does not tell it where the run came from.
"""

import logging
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import httpx
import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import (
    Connection,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

REFUND = "16_01_02_manual_trigger_subtask_2__refund"
TAGS = ["reference", "control", "beginner", "success", "16.1"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
WINDOW = timedelta(days=30)
PAID = {1001: 89.90, 1002: 120.00, 1003: 42.50}
ORIGIN = ("triggered_by", "triggering_user_name", "run_type")
FIELDS = ("logical_date", "conf", "note", "run_id")
COUNTED = "%-37s %d runs, logical_date %d, conf %d, note %d, run_id %d"

# --8<-- [start:policy]
ONLY_THE_NETWORK = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[httpx.TransportError, httpx.HTTPStatusError],
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=1),
        )
    ],
    default=RetryAction.FAIL,
)
# --8<-- [end:policy]


# --8<-- [start:answer]
def checked(answer: httpx.Response, dag_id: str) -> dict:
    """Return the JSON of an answer; end the task where asking again cannot help."""
    if answer.status_code in (401, 403):
        raise AirflowFailException(
            f"connection airflow_api was refused ({answer.status_code}): "
            "check its login, its password and what that user may read"
        )
    if answer.status_code == 404:
        raise AirflowFailException(f"no DAG {dag_id}: correct the field dag_id")
    return answer.raise_for_status().json()


# --8<-- [end:answer]


def address(conn: Connection) -> str:
    """Return the URL of the API server that a connection names."""
    return f"{conn.schema or 'http'}://{conn.host}:{conn.port}"


# --8<-- [start:pages]
def read_runs(api: httpx.Client, dag_id: str, since: datetime) -> list[dict]:
    """Return all runs of a DAG since an instant, however the server pages them."""
    runs, cursor = [], ""
    while cursor is not None:
        asked = {"run_after_gte": since.isoformat(), "cursor": cursor}
        answer = api.get(f"/api/v2/dags/{dag_id}/dagRuns", params=asked)
        page = checked(answer, dag_id)
        runs += page["dag_runs"]
        cursor = page["next_cursor"]
    return runs


# --8<-- [end:pages]


# --8<-- [start:filled-in]
def filled_in(run: dict) -> dict[str, bool]:
    """Tell which fields of the form a run was given."""
    return {
        "logical_date": run["logical_date"] is not None,
        "conf": bool(run["conf"]),
        "note": bool(run["note"]),
        "run_id": re.match(r"[a-z_]+__\d{4}-", run["dag_run_id"]) is None,
    }


# --8<-- [end:filled-in]


# --8<-- [start:form]
@dag(
    dag_id=REFUND,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "order_id": Param(1001, type="integer", enum=list(PAID), title="Order"),
        "percent": Param(100, type="integer", minimum=1, maximum=100),
    },
)
def refund():
    @task
    def receipt(params, dag_run=None):
        return {
            "due": round(PAID[params["order_id"]] * params["percent"] / 100, 2),
            "asked_by": dag_run.triggering_user_name,
            "came_from": getattr(dag_run, "triggered_by", "unknown to a task"),
        }

    receipt()


# --8<-- [end:form]


@dag(
    dag_id="16_01_02_manual_trigger_subtask_2__goodwill",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def goodwill():
    TriggerDagRunOperator(
        task_id="ten_percent",
        trigger_dag_id=REFUND,
        logical_date=None,
        conf={"order_id": 1003, "percent": 10},
        note="goodwill of the month",
    )


@dag(
    dag_id="16_01_02_manual_trigger_subtask_2",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"dag_id": Param(REFUND, type="string")},
)
def provenance():
    # --8<-- [start:recent-runs]
    @task(retries=2, retry_policy=ONLY_THE_NETWORK)
    def recent_runs(params, dag_run=None) -> list[dict]:
        conn = Connection.get("airflow_api")
        login = {"username": conn.login, "password": conn.password}
        with httpx.Client(base_url=address(conn)) as api:
            token = checked(api.post("/auth/token", json=login), params["dag_id"])
            api.headers["Authorization"] = f"Bearer {token['access_token']}"
            runs = read_runs(api, params["dag_id"], dag_run.run_after - WINDOW)
        kept = ("dag_run_id", *ORIGIN)
        return [{k: run[k] for k in kept} | filled_in(run) for run in runs]

    # --8<-- [end:recent-runs]

    # --8<-- [start:by-origin]
    @task
    def by_origin(runs: list[dict]) -> list[dict]:
        table = defaultdict(Counter)
        for run in runs:
            origin = " / ".join(str(run[part]) for part in ORIGIN)
            table[origin].update(runs=1, **{f: int(run[f]) for f in FIELDS})
        for origin, counts in table.items():
            log.info(COUNTED, origin, *counts.values())
        return [{"origin": origin, **counts} for origin, counts in table.items()]

    # --8<-- [end:by-origin]

    # --8<-- [start:no-reason]
    @task
    def without_a_reason(runs: list[dict]) -> list[str]:
        found = [r for r in runs if r["triggering_user_name"] and not r["note"]]
        return [f"{r['triggering_user_name']}: {r['dag_run_id']}" for r in found]

    # --8<-- [end:no-reason]

    runs = recent_runs()
    by_origin(runs)
    without_a_reason(runs)


refund()
goodwill()
provenance_dag = provenance()

if __name__ == "__main__":
    provenance_dag.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
