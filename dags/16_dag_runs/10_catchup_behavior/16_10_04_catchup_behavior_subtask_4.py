"""Load in all runs of a catchup, and send the report in the newest run only.

``LatestOnlyOperator`` skips what stands directly behind it in older runs. The second
DAG has a mapped task there, and behind it a task that runs in older runs too.
"""

import logging
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.providers.standard.operators.latest_only import LatestOnlyOperator
from airflow.sdk import DAG, task

log = logging.getLogger(__name__)

STEM = "16_10_04_catchup_behavior_subtask_4"
START = pendulum.datetime(2023, 1, 1, tz="UTC")
TAGS = ["reference", "control", "beginner", "success", "16.10"]


def database() -> closing[sqlite3.Connection]:
    """Open the sales, with one row for each year."""
    db = sqlite3.connect(Path(tempfile.gettempdir()) / f"{STEM}.sqlite")
    db.execute("CREATE TABLE IF NOT EXISTS sales (year INTEGER PRIMARY KEY)")
    return closing(db)


@task
def load(dag_run=None) -> int:
    year = dag_run.run_after.year
    with database() as db, db:
        db.execute("INSERT OR REPLACE INTO sales VALUES (?)", [year])
    return year


@task
def report() -> str:
    with database() as db:
        years = db.execute("SELECT count(*) FROM sales").fetchone()[0]
    log.info("sales of %d years sent", years)
    return f"{years} years"


# --8<-- [start:answer]
with DAG(
    STEM,
    schedule="@yearly",
    start_date=START,
    catchup=True,
    doc_md=__doc__,
    tags=TAGS,
) as yearly_sales:
    latest_only = LatestOnlyOperator(task_id="latest_only")
    load() >> latest_only >> report()
# --8<-- [end:answer]


with DAG(
    f"{STEM}__behind", schedule="@yearly", start_date=START, catchup=True, tags=TAGS
):
    # --8<-- [start:behind]
    @task
    def mail(to: str) -> None:
        log.info("mail to %s", to)

    @task(trigger_rule="none_failed")
    def archive() -> None:
        log.info("archived")

    newest = LatestOnlyOperator(task_id="latest_only")
    newest >> mail.expand(to=["north", "south"]) >> archive()
    # --8<-- [end:behind]

if __name__ == "__main__":
    yearly_sales.test()
