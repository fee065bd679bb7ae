"""What is left of a task when it is cleared, and what its next try makes of it.

A printer counts the pages of a book of number tables. For each chapter the task writes
an XCom and an entry in the task state store. The sister ``__report`` clears that task
and lists what is there before the clear, before the next try begins, and after it.
"""

import logging
import tempfile
from datetime import timedelta
from hashlib import sha256
from math import ceil
from pathlib import Path
from urllib.parse import quote

import httpx
import pendulum
from airflow.sdk import NEVER_EXPIRE, Asset, Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

BOOK = "16_06_05_clearing_tasks_subtask_5"
TAGS = ["reference", "control", "beginner", "success", "16.6"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
LINES_PER_PAGE = 40
TABLES = {
    "primes": [n for n in range(2, 500) if all(n % d for d in range(2, n))],
    "squares": [n**2 for n in range(1, 41)],
    "cubes": [n**3 for n in range(1, 122)],
    "powers": [2**n for n in range(13)],
    "triangles": [n * (n + 1) // 2 for n in range(1, 81)],
}
CHAPTERS = list(TABLES)


# --8<-- [start:layout]
def pages(text: str, first: int) -> list[int]:
    """Return the first and the last page of a chapter, one number a line."""
    return [first, first + ceil(len(text.splitlines()) / LINES_PER_PAGE) - 1]


def next_right_hand(page: int) -> int:
    """Return the first page after ``page`` that is on the right: an odd one."""
    return page + 1 + page % 2


# --8<-- [end:layout]


def manuscript(folder: str, chapter: str) -> str:
    """Return the text of a chapter that has been delivered."""
    try:
        return Path(folder, f"{chapter}.txt").read_text()
    except FileNotFoundError:
        log.warning("%s has not been delivered", chapter)
        raise


# --8<-- [start:fingerprint]
def fingerprint(text: str, first: int) -> str:
    """Return a short name for all that the pages of a chapter depend on."""
    return sha256(f"{LINES_PER_PAGE} {first} {text}".encode()).hexdigest()[:12]


# --8<-- [end:fingerprint]


@dag(
    dag_id=BOOK,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"late": Param([], type="array", items={"enum": CHAPTERS})},
)
def book():
    @task
    def deliver(params, run_id) -> str:
        """Write the manuscripts of all chapters but the late ones."""
        folder = Path(tempfile.gettempdir(), "books", run_id)
        folder.mkdir(parents=True, exist_ok=True)
        for chapter in CHAPTERS:
            if chapter not in params["late"]:
                lines = "\n".join(str(number) for number in TABLES[chapter])
                (folder / f"{chapter}.txt").write_text(lines)
        return str(folder)

    # --8<-- [start:two-memories]
    @task(retries=1, retry_delay=timedelta(seconds=1))
    def set_pages(folder: str, imprint: str, ti=None, task_state_store=None):
        first, book = 1, {}
        for chapter in CHAPTERS:
            text = manuscript(folder, chapter)
            made_from = fingerprint(text, first)
            known = task_state_store.get(chapter, default={})
            if known.get("made_from") != made_from:
                known = {"made_from": made_from, "pages": pages(text, first)}
                task_state_store.set(chapter, known, retention=NEVER_EXPIRE)
                ti.xcom_push(chapter, known["pages"])
                log.info("set %s: pages %d to %d", chapter, *known["pages"])
            book[chapter] = known["pages"]
            first = next_right_hand(known["pages"][1])
        return {"imprint": imprint, "pages": book}

    # --8<-- [end:two-memories]

    # --8<-- [start:outlet]
    @task(outlets=[Asset("book-of-tables")])
    def contents(book: dict) -> list[str]:
        """Return the table of contents, and tell the bindery that it has changed."""
        return [f"{chapter} {first}" for chapter, (first, _) in book["pages"].items()]

    # --8<-- [end:outlet]

    contents(set_pages(deliver(), imprint="printing {{ ti.try_number }}"))


def api() -> httpx.Client:
    """Return a client of the server that connection ``airflow_api`` names."""
    access = Connection.get("airflow_api")
    base = f"{access.schema}://{access.host}:{access.port}"
    account = {"username": access.login, "password": access.password}
    token = httpx.post(f"{base}/auth/token", json=account).raise_for_status().json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return httpx.Client(base_url=f"{base}/api/v2", headers=headers)


def checked(answer: httpx.Response) -> dict:
    """Return a good answer; fail for good on a refusal, which no retry changes."""
    if answer.is_client_error:
        raise AirflowFailException(f"{answer.status_code} {answer.json()['detail']}")
    return answer.raise_for_status().json() if answer.content else {}


def run_path(run_id: str) -> str:
    return f"/dags/{BOOK}/dagRuns/{quote(run_id)}"


# --8<-- [start:look]
def look(client: httpx.Client, run_id: str) -> dict[str, object]:
    """Return what Airflow knows of the task ``set_pages`` in a run of the book."""
    path = f"{run_path(run_id)}/taskInstances/set_pages"
    ti = checked(client.get(path))
    tries = checked(client.get(f"{path}/tries"))["task_instances"]
    xcoms = checked(client.get(f"{path}/xcomEntries"))["xcom_entries"]
    store = checked(client.get(f"{path}/state-store"))["task_state_store"]
    sent_by = {"source_dag_id": BOOK, "source_run_id": run_id}
    events = checked(client.get("/assets/events", params=sent_by))
    ranges = {entry["key"]: "{}-{}".format(*entry["value"]["pages"]) for entry in store}
    return {
        "state": ti["state"],
        "tries": ", ".join(str(one["state"]) for one in tries),
        "XCom": " ".join(sorted(entry["key"] for entry in xcoms)),
        "state store": " ".join(f"{key}:{ranges[key]}" for key in sorted(ranges)),
        "rendered": ti["rendered_fields"]["op_kwargs"]["imprint"],
        "note": ti["note"],
        "conf": checked(client.get(run_path(run_id)))["conf"],
        "asset events": events["total_entries"],
    }


# --8<-- [end:look]


# --8<-- [start:fate]
def fate(before: object, waiting: object, after: object) -> str:
    """Say in words when something changed: at the clear, at the next try, or never."""
    if before == waiting == after:
        return "kept"
    if before == waiting:
        return "kept until the next try began"
    return "changed by the clear"


# --8<-- [end:fate]


@dag(
    dag_id=f"{BOOK}__report",
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=TAGS,
    params={"run_id": Param(type="string"), "forget": False},
)
def report():
    @task
    def inventory(params):
        with api() as client:
            return look(client, params["run_id"])

    # --8<-- [start:paused]
    @task
    def pause() -> None:
        with api() as client:
            if checked(client.get(f"/dags/{BOOK}"))["is_paused"]:
                raise AirflowFailException("paused already: nothing cleared would run")
            checked(client.patch(f"/dags/{BOOK}", json={"is_paused": True}))
        log.info("paused")

    @task
    def clear(params) -> int:
        body = {
            "dry_run": False,
            "only_failed": False,
            "dag_run_id": params["run_id"],
            "task_ids": ["set_pages"],
            "include_downstream": True,
        }
        with api() as client:
            done = checked(client.post(f"/dags/{BOOK}/clearTaskInstances", json=body))
            if params["forget"]:
                task_path = f"{run_path(params['run_id'])}/taskInstances/set_pages"
                checked(client.delete(f"{task_path}/state-store"))
        return done["total_entries"]

    @task
    def unpause() -> None:
        with api() as client:
            checked(client.patch(f"/dags/{BOOK}", json={"is_paused": False}))

    # --8<-- [end:paused]

    @task.sensor(poke_interval=0.5, timeout=600)
    def over(params) -> bool:
        with api() as client:
            run = checked(client.get(run_path(params["run_id"])))
        return run["state"] in ("success", "failed")

    @task
    def fates(before: dict, waiting: dict, after: dict):
        return {what: fate(before[what], waiting[what], after[what]) for what in before}

    before = inventory.override(task_id="before")()
    waiting = inventory.override(task_id="waiting")()
    after = inventory.override(task_id="after")()
    paused, ended = pause(), over()
    unpaused = unpause().as_teardown(setups=paused)
    before >> paused >> clear() >> waiting >> unpaused
    [waiting, unpaused] >> ended >> after
    fates(before, waiting, after)


book_dag = book()
report()

if __name__ == "__main__":
    book_dag.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
