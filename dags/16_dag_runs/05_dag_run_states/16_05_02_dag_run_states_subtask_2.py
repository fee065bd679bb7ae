"""The leaves decide: the same failure in the middle of five runs, red or green.

A month's books are opened, balanced and closed again. They do not balance. Under this
file's name the last task is a clean-up with ``all_done``, and the run is green. The
sisters add a watcher, add it in the wrong place, or make the clean-up a teardown.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

STEM = "16_05_02_dag_run_states_subtask_2"
ENTRIES = {"rent": -90_000, "wages": -210_000, "sales": 304_000}


# --8<-- [start:alerts]
def tell(context, line: str) -> None:
    """Add a line to what people were told about the runs of this DAG."""
    path = Path(tempfile.gettempdir()) / f"{context['dag'].dag_id}.alerts"
    with path.open("a") as alerts:
        alerts.write(f"{line}\n")


def task_failed(context) -> None:
    tell(context, f"{context['ti'].task_id} failed")


def run_failed(context) -> None:
    tell(context, f"the run failed: {context['reason']}")


def run_succeeded(context) -> None:
    tell(context, f"the run succeeded: {context['reason']}")


COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.5"],
    "default_args": {"on_failure_callback": task_failed},
    "on_failure_callback": run_failed,
    "on_success_callback": run_succeeded,
    "params": {
        "entries": Param(ENTRIES, type="object"),
        "auditor": Param(False, type="boolean", description="is at work on the books"),
    },
}
# --8<-- [end:alerts]


def books(dag_id: str) -> Path:
    """Return where the books of a DAG lie while they are open."""
    return Path(tempfile.gettempdir()) / f"{dag_id}.sqlite"


# --8<-- [start:work]
@task
def open_books(params, dag) -> int:
    if not params["entries"]:
        raise ValueError("no entries: nothing to open")
    with closing(sqlite3.connect(books(dag.dag_id))) as db, db:
        db.execute("CREATE TABLE entries (account TEXT, cents INTEGER)")
        db.executemany("INSERT INTO entries VALUES (?, ?)", params["entries"].items())
    return len(params["entries"])


@task
def balance(dag) -> str:
    with closing(sqlite3.connect(books(dag.dag_id))) as db:
        rows, cents = db.execute("SELECT count(*), sum(cents) FROM entries").fetchone()
    if cents:
        raise ValueError(f"the books are off by {cents / 100:.2f}")
    return f"{rows} entries balance"


@task
def close_books(params, dag) -> str:
    if params["auditor"]:
        raise PermissionError("the auditor is at work on the books")
    books(dag.dag_id).unlink()
    return "removed"


# --8<-- [end:work]


# --8<-- [start:watcher]
@task(trigger_rule="one_failed")
def watcher() -> None:
    raise AirflowFailException("a task of this run has failed")


# --8<-- [end:watcher]


# --8<-- [start:leaf]
@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def all_done_leaf():
    close = close_books.override(trigger_rule="all_done")
    open_books() >> balance() >> close()


# --8<-- [end:leaf]


# --8<-- [start:watched]
@dag(dag_id=f"{STEM}__watched", **COMMON)
def watched():
    close = close_books.override(trigger_rule="all_done")
    opened, balanced, closed = open_books(), balance(), close()
    opened >> balanced >> closed
    [opened, balanced, closed] >> watcher()


# --8<-- [end:watched]


# --8<-- [start:watched-late]
@dag(dag_id=f"{STEM}__watched_late", **COMMON)
def watched_late():
    close = close_books.override(trigger_rule="all_done")
    open_books() >> balance() >> close() >> watcher()


# --8<-- [end:watched-late]


# --8<-- [start:teardown]
@dag(dag_id=f"{STEM}__teardown", **COMMON)
def teardown():
    opened = open_books()
    opened >> balance() >> close_books().as_teardown(setups=opened)


# --8<-- [end:teardown]


# --8<-- [start:strict]
@dag(dag_id=f"{STEM}__strict", **COMMON)
def strict():
    opened, closed = open_books(), close_books()
    opened >> balance() >> closed
    closed.as_teardown(setups=opened, on_failure_fail_dagrun=True)


# --8<-- [end:strict]

green = all_done_leaf()
watched()
watched_late()
teardown()
strict()

if __name__ == "__main__":
    green.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
