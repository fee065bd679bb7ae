"""Create a run for every missed year, or only for the newest one.

Both DAGs load the sales of their run's year. The one with ``catchup=True`` fills the
table from ``start_date`` on, the other one begins with the current year.
"""

import logging
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.sdk import DAG, task

log = logging.getLogger(__name__)

STEM = "16_10_01_catchup_behavior_subtask_1"
TAGS = ["reference", "control", "beginner", "success", "16.10"]


def database(dag_id: str) -> closing[sqlite3.Connection]:
    """Open the sales of a DAG, with one row for each year."""
    db = sqlite3.connect(Path(tempfile.gettempdir()) / f"{dag_id}.sqlite")
    db.execute("CREATE TABLE IF NOT EXISTS sales (year INTEGER PRIMARY KEY)")
    return closing(db)


# --8<-- [start:load]
@task
def load(dag_run=None) -> int:
    year = dag_run.run_after.year  # not the year of now()
    with database(dag_run.dag_id) as db, db:
        db.execute("INSERT OR REPLACE INTO sales VALUES (?)", [year])
    return year


# --8<-- [end:load]


@task
def report(dag_run=None) -> list[int]:
    with database(dag_run.dag_id) as db:
        years = [year for (year,) in db.execute("SELECT year FROM sales ORDER BY year")]
    log.info("sales of %s", years)
    return years


# --8<-- [start:answer]
with DAG(
    STEM,
    schedule="@yearly",
    start_date=pendulum.datetime(2023, 1, 1, tz="UTC"),
    catchup=True,
    doc_md=__doc__,
    tags=TAGS,
) as all_years:
    load() >> report()
# --8<-- [end:answer]

with DAG(
    f"{STEM}__newest_only",
    schedule="@yearly",
    start_date=pendulum.datetime(2023, 1, 1, tz="UTC"),
    catchup=False,
    tags=TAGS,
):
    load() >> report()

if __name__ == "__main__":
    all_years.test()
