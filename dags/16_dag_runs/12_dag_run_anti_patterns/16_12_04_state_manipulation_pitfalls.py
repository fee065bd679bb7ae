"""Sum the pieces of the orders; one of the vendor's numbers cannot be read.

The bad DAG fails on it, and counts nothing if you mark that task success. The fixed
DAG drops what it cannot read and refuses to count without a result.
"""

import logging

import pendulum
from airflow.sdk import Variable, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

BAD = "16_12_04_state_manipulation_pitfalls"
TAGS = ["anti-pattern", "control", "advanced", "failure", "16.12"]
VENDOR = {"A-1": "3", "A-2": "x"}


@task
def extract() -> list[str]:
    return ["A-1", "A-2"]


@task
def report(total: int) -> str:
    return f"sold today: {total}"


@dag(
    dag_id=BAD,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
)
def trusting():
    # --8<-- [start:bad]
    @task
    def transform(orders: list[str]) -> list[int]:
        pieces = Variable.get("vendor_pieces", VENDOR, deserialize_json=True)
        return [int(pieces[order]) for order in orders]

    @task
    def load(pieces: list[int] | None) -> int:
        return sum(pieces or [])  # no result counts as no pieces

    # --8<-- [end:bad]
    report(load(transform(extract())))


@dag(
    dag_id=f"{BAD}__fixed",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
)
def careful():
    # --8<-- [start:fixed]
    @task
    def transform(orders: list[str]) -> list[int]:
        for order in (bad := [one for one in orders if not VENDOR[one].isdigit()]):
            log.warning("%s dropped: %r is no number", order, VENDOR[order])
        return [int(VENDOR[order]) for order in orders if order not in bad]

    @task
    def load(pieces: list[int] | None) -> int:
        if pieces is None:
            raise AirflowFailException("no pieces: transform was marked, not run")
        return sum(pieces)

    # --8<-- [end:fixed]
    report(load(transform(extract())))


bad = trusting()
careful()

if __name__ == "__main__":
    bad.test(logical_date=None)
