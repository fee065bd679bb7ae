"""Load the orders of January, one run for each day, although the files are gone.

The bad DAG catches up on each day and fails 31 times; its ``end_date`` ends the flood.
The fixed DAG loads at most five new files in a run and remembers how far it came.
"""

import logging
import tempfile
from pathlib import Path

import pendulum
from airflow.sdk import Variable, dag, task

log = logging.getLogger(__name__)

BAD = "16_12_02_infinite_catchup_loops"
TAGS = ["anti-pattern", "control", "intermediate", "failure", "16.12"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
END = pendulum.datetime(2026, 1, 31, tz="UTC")
FILES = [f"orders-2026-01-0{day}.csv" for day in range(1, 8)]


# --8<-- [start:bad]
@dag(
    dag_id=BAD,
    schedule="@daily",
    start_date=START,  # years ago in real life
    end_date=END,
    catchup=True,
    max_active_runs=3,
    # --8<-- [end:bad]
    doc_md=__doc__,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def all_days():
    @task
    def extract(dag_run=None) -> str:
        day = dag_run.logical_date or START
        return Path(tempfile.gettempdir(), f"orders-{day:%Y-%m-%d}.csv").read_text()

    @task
    def load(orders: str) -> int:
        return len(orders.splitlines())

    load(extract())


@dag(
    dag_id=f"{BAD}__fixed",
    schedule="@daily",
    start_date=START,
    end_date=END,
    catchup=False,
    max_active_runs=1,
    tags=TAGS,
)
def in_steps():
    # --8<-- [start:steps]
    @task
    def next_files() -> list[str]:
        done = Variable.get("sales_loaded_until", default="")
        return [name for name in FILES if name > done][:5]

    @task
    def load(name: str) -> None:
        log.info("load %s", name)

    @task
    def move_cursor(names: list[str]) -> None:
        Variable.set("sales_loaded_until", names[-1])

    # --8<-- [end:steps]
    files = next_files()
    load.expand(name=files) >> move_cursor(files)


bad = all_days()
in_steps()

if __name__ == "__main__":
    bad.test(logical_date=None)
