"""Trigger a run over the REST API so that asking twice starts it once.

A web shop asks Airflow to pack an order. The request can get lost, and so can the
answer, so the shop must be free to ask again. It names the run after the order, takes
a 409 as a question, and tells an error that passes from an error that stays.
"""

import logging
from datetime import timedelta

import httpx
import pendulum
from airflow.sdk import (
    Connection,
    Param,
    PokeReturnValue,
    RetryDecision,
    RetryPolicy,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

PACKING = "16_01_04_manual_trigger_subtask_4__packing"
RUNS = f"/api/v2/dags/{PACKING}/dagRuns"
GRAMS = {"mug": 340, "poster": 120, "sticker": 3}
BOX_GRAMS = 80
MOST_GRAMS = 20_000
PATIENCE = 2
START = pendulum.datetime(2026, 1, 1, tz="UTC")


# --8<-- [start:errors]
class RefusedError(Exception):
    """Airflow understood and said no. The same request gets the same answer."""


class ConflictError(RefusedError):
    """The order has a run already, and that run packs something else."""


class UnavailableError(Exception):
    """Nobody answered, or a server is busy. Ask again after ``wait`` seconds."""

    def __init__(self, said: str, wait: int = PATIENCE):
        super().__init__(said)
        self.wait = wait


def checked(answer: httpx.Response) -> httpx.Response:
    """Return a good answer; raise what a bad one means for the next try."""
    if answer.is_success:
        return answer
    is_json = answer.headers.get("Content-Type") == "application/json"
    detail = answer.json()["detail"] if is_json else answer.text
    said = f"{answer.status_code} {str(detail).splitlines()[0]}"
    if answer.status_code == 429 or answer.status_code >= 500:
        raise UnavailableError(said, int(answer.headers.get("Retry-After", PATIENCE)))
    raise RefusedError(said)


# --8<-- [end:errors]


# --8<-- [start:policy]
class AsTheErrorSays(RetryPolicy):
    """Fail at once on a refusal; come back when a busy server said so."""

    def evaluate(self, exception, try_number, max_tries, context=None):
        if isinstance(exception, RefusedError):
            return RetryDecision.fail()
        if isinstance(exception, UnavailableError):
            log.warning("again in %d s: %s", exception.wait, exception)
            return RetryDecision.retry(delay=timedelta(seconds=exception.wait))
        return RetryDecision.default()


# --8<-- [end:policy]


# --8<-- [start:login]
class Login(httpx.Auth):
    """Log in before the first request, and once more when the token is worn out."""

    requires_response_body = True

    def __init__(self, username: str, password: str):
        self.account = {"username": username, "password": password}
        self.token = None

    def auth_flow(self, request):
        if self.token is None:
            yield from self.log_in(request.url)
        request.headers["Authorization"] = f"Bearer {self.token}"
        answer = yield request
        if answer.status_code == 401 or "Invalid JWT token" in answer.text:
            yield from self.log_in(request.url)
            request.headers["Authorization"] = f"Bearer {self.token}"
            yield request

    def log_in(self, url: httpx.URL):
        answer = yield httpx.Request("POST", url.join("/auth/token"), json=self.account)
        self.token = checked(answer).json()["access_token"]


# --8<-- [end:login]


def api() -> httpx.Client:
    """Return a client for the server that connection ``airflow_api`` names."""
    access = Connection.get("airflow_api")
    address = f"{access.schema}://{access.host}:{access.port}"
    return httpx.Client(base_url=address, auth=Login(access.login, access.password))


def ask(client: httpx.Client, method: str, path: str, **body) -> httpx.Response:
    """Send one request; silence becomes an error of ours."""
    try:
        return client.request(method, path, **body)
    except httpx.TransportError as silence:
        raise UnavailableError(f"no answer to {method}: {silence}") from silence


# --8<-- [start:place]
def place_order(client: httpx.Client, order: str, items: dict[str, int]) -> dict:
    """Start the run of an order, or find the one that is there."""
    conf = {"order": order, "items": items}
    run_id = f"order-{order}"
    body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
    answer = ask(client, "POST", RUNS, json=body)
    if answer.status_code == 409:
        confirm_same(client, run_id, conf)
        return {"run_id": run_id, "created": False}
    checked(answer)
    return {"run_id": run_id, "created": True}


# --8<-- [end:place]


# --8<-- [start:confirm]
def confirm_same(client: httpx.Client, run_id: str, conf: dict) -> None:
    """Raise unless the run of that name was asked for in the same words."""
    there = checked(ask(client, "GET", f"{RUNS}/{run_id}")).json()["conf"]
    if there != conf:
        raise ConflictError(f"{run_id} packs {there['items']}, not {conf['items']}")
    log.info("%s is there already, for the same items", run_id)


# --8<-- [end:confirm]


@dag(
    dag_id="16_01_04_manual_trigger_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.1"],
    params={"order": "A-1042", "items": {"mug": 2, "poster": 1}},
    default_args={
        "owner": "shop",
        "retries": 3,
        "retry_delay": timedelta(seconds=PATIENCE),
        "retry_policy": AsTheErrorSays(),
    },
)
def web_shop():
    @task
    def place(params=None) -> dict:
        with api() as client:
            return place_order(client, params["order"], params["items"])

    # --8<-- [start:parcel]
    @task.sensor(poke_interval=1, timeout=600)
    def parcel(placed: dict) -> PokeReturnValue:
        path = f"{RUNS}/{placed['run_id']}"
        with api() as client:
            state = checked(ask(client, "GET", path)).json()["state"]
            if state == "failed":
                raise RefusedError("the packing failed: clear that run, order no other")
            if state != "success":
                return PokeReturnValue(is_done=False)
            result = f"{path}/taskInstances/pack/xcomEntries/return_value"
            packed = checked(ask(client, "GET", result)).json()["value"]
            return PokeReturnValue(is_done=True, xcom_value=packed)

    # --8<-- [end:parcel]

    parcel(place()) >> place.override(task_id="place_again")()


# --8<-- [start:packing]
@dag(
    dag_id=PACKING,
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=["reference", "control", "beginner", "success", "16.1"],
    params={
        "order": Param(type="string", pattern=r"^[A-Z]-\d+(\+\d+)?$"),
        "items": Param(
            type="object",
            minProperties=1,
            propertyNames={"enum": list(GRAMS)},
            additionalProperties={"type": "integer", "minimum": 1},
        ),
    },
)
def packing():
    @task
    def pack(params=None) -> dict:
        grams = sum(GRAMS[name] * count for name, count in params["items"].items())
        parcel = {"order": params["order"], "grams": grams + BOX_GRAMS}
        if parcel["grams"] > MOST_GRAMS:
            raise AirflowFailException(f"{parcel['grams']} g is too heavy to send")
        return parcel

    pack()


# --8<-- [end:packing]

shop = web_shop()
packing()

if __name__ == "__main__":
    shop.test(logical_date=None)
