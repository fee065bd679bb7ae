"""Who may start a run, of which kind, and how to wait for its answer.

A print shop asks its quote DAG for three prices and waits for each on one open
connection. The quote DAG takes manual runs only, the price list takes none. Before it
asks, the shop looks whether anybody would answer.
"""

import json
import time
from datetime import timedelta

import httpx
import pendulum
from airflow.sdk import Connection, Param, dag, result, task
from airflow.sdk.exceptions import AirflowFailException

SHOP = "16_01_06_manual_trigger_subtask_6"
CENTS_A_SHEET = {"plain": 4, "recycled": 6, "glossy": 14}
SETUP_CENTS = 500
MOST_SHEETS = 100_000
START = pendulum.datetime(2026, 1, 1, tz="UTC")
TAGS = ["reference", "control", "beginner", "success", "16.1"]


def price_of(paper: str) -> int:
    """Return what a customer pays for a sheet, in cents: half more than it costs."""
    return CENTS_A_SHEET[paper] * 3 // 2


def api() -> httpx.Client:
    """Return a client that has logged in as connection ``airflow_api`` says."""
    access = Connection.get("airflow_api")
    address = f"{access.schema}://{access.host}:{access.port}"
    account = {"username": access.login, "password": access.password}
    answer = agreed(httpx.post(f"{address}/auth/token", json=account))
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=address, headers=headers)


# --8<-- [start:agreed]
def agreed(answer: httpx.Response) -> httpx.Response:
    """Return a good answer. Fail for good on a refusal, with Airflow's own words."""
    if answer.is_client_error:
        raise AirflowFailException(f"{answer.status_code}: {answer.json()['detail']}")
    return answer.raise_for_status()


# --8<-- [end:agreed]


# --8<-- [start:closed]
def refuse_closed_desk(desk: dict) -> None:
    """Raise when a run of the DAG ``desk`` would be refused, or would wait for ever."""
    types = desk["allowed_run_types"]
    if types is not None and "manual" not in types:
        raise AirflowFailException(f"{desk['dag_id']} takes {types} runs only")
    if desk["is_paused"]:
        raise AirflowFailException(f"{desk['dag_id']} is paused: runs stay queued")


# --8<-- [end:closed]


# --8<-- [start:follow]
def follow(client: httpx.Client, run: str, patience: float) -> dict:
    """Return the last line that Airflow says about a run: its end and its results."""
    deadline = time.monotonic() + patience
    state = "not known"
    with client.stream("GET", f"{run}/wait", params={"interval": 0.5}) as answer:
        if answer.is_error:
            answer.read()
            agreed(answer)
        for line in answer.iter_lines():
            said = json.loads(line)
            state = said["state"]
            if state in ("success", "failed"):
                return said
            if time.monotonic() > deadline:
                raise AirflowFailException(f"still {state} after {patience} s")
    raise ConnectionError(f"the stream ended while the run was {state}")


# --8<-- [end:follow]


@dag(
    dag_id=SHOP,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"desk": "quote", "pages": 24, "copies": 50, "patience": 120},
    default_args={
        "owner": "print-shop",
        "retries": 2,
        "retry_delay": timedelta(seconds=1),
    },
)
def print_shop():
    @task
    def open_desk(params=None) -> str:
        path = f"/api/v2/dags/{SHOP}__{params['desk']}"
        with api() as client:
            refuse_closed_desk(agreed(client.get(path)).json())
        return f"{path}/dagRuns"

    # --8<-- [start:ask]
    @task
    def ask(runs: str, paper: str, params=None, dag_run=None) -> str:
        name = f"quote-{paper}-{dag_run.run_id}"
        conf = {"paper": paper, "pages": params["pages"], "copies": params["copies"]}
        body = {"dag_run_id": name, "logical_date": None, "conf": conf}
        with api() as client:
            answer = client.post(runs, json=body)
        if answer.status_code != 409:  # an earlier try of this task has asked
            agreed(answer)
        return f"{runs}/{name}"

    # --8<-- [end:ask]

    # --8<-- [start:quote]
    @task
    def quote(run: str, params=None) -> dict:
        with api() as client:
            end = follow(client, run, params["patience"])
        if end["state"] == "failed":
            raise AirflowFailException("no quote: the run failed")
        if "results" not in end:
            raise AirflowFailException("no quote: the run succeeded without a result")
        return end["results"]["price"]

    # --8<-- [end:quote]

    @task
    def cheapest(quotes: list[dict]) -> dict:
        return min(quotes, key=lambda quote: quote["cents"])

    asked = ask.partial(runs=open_desk()).expand(paper=list(CENTS_A_SHEET))
    cheapest(quote.expand(run=asked))


# --8<-- [start:desk]
@dag(
    dag_id=f"{SHOP}__quote",
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    allowed_run_types=["manual"],
    tags=TAGS,
    params={
        "paper": Param("plain", type="string", enum=list(CENTS_A_SHEET)),
        "pages": Param(1, type="integer", minimum=1),
        "copies": Param(1, type="integer", minimum=1),
    },
)
def quote_desk():
    @task
    def sheets(params=None) -> int:
        return (params["pages"] + 1) // 2 * params["copies"]

    @result
    @task
    def price(count: int, params=None) -> dict:
        if count > MOST_SHEETS:
            raise AirflowFailException(f"{count} sheets are too many for the press")
        cents = SETUP_CENTS + count * price_of(params["paper"])
        return {"paper": params["paper"], "sheets": count, "cents": cents}

    price(sheets())


# --8<-- [end:desk]


# --8<-- [start:nightly]
@dag(
    dag_id=f"{SHOP}__price_list",
    schedule="@daily",
    start_date=START,
    catchup=False,
    allowed_run_types=["scheduled", "backfill"],
    tags=TAGS,
)
def price_list():
    @task
    def cents_a_sheet() -> dict:
        return {paper: price_of(paper) for paper in CENTS_A_SHEET}

    cents_a_sheet()


# --8<-- [end:nightly]

shop = print_shop()
quote_desk()
price_list()

if __name__ == "__main__":
    shop.test(logical_date=None)
