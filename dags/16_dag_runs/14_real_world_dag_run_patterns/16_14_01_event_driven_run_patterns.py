"""Load each order file of the partner once, when a ready file says that it is there."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.triggers.file import FileDeleteTrigger
from airflow.sdk import DAG, Asset, AssetWatcher, PokeReturnValue, task

STEM = "16_14_01_event_driven_run_patterns"
COMMON = {
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["real-world", "control", "intermediate", "success", "16.14"],
}
INBOX = Path(tempfile.gettempdir(), "partner_inbox")
SALES = Path(tempfile.gettempdir(), f"{STEM}.db")


# --8<-- [start:book]
def book(file: Path) -> bool:
    """Add a file to the sales, once; tell whether it is new."""
    total = sum(int(line) for line in file.read_text().split())
    with closing(sqlite3.connect(SALES)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS sales (file PRIMARY KEY, total)")
        row = [file.name, total]
        return db.execute("INSERT OR IGNORE INTO sales VALUES (?, ?)", row).rowcount > 0


# --8<-- [end:book]


# --8<-- [start:answer]
@task
def load() -> list[str]:
    return [file.name for file in sorted(INBOX.glob("*.csv")) if book(file)]


READY = INBOX / "orders.ready"  # the partner writes it last; the trigger deletes it
trigger = FileDeleteTrigger(filepath=str(READY), poke_interval=5)
ARRIVED = Asset("partner_orders", watchers=[AssetWatcher("ready", trigger)])

with DAG(STEM, schedule=[ARRIVED], doc_md=__doc__, **COMMON) as sales:
    load()
# --8<-- [end:answer]


with DAG(f"{STEM}__poll", schedule=None, **COMMON) as poll:
    # --8<-- [start:poll]
    @task.sensor(poke_interval=5, timeout=3600, mode="reschedule")
    def wait() -> PokeReturnValue:
        names = sorted(file.name for file in INBOX.glob("*.csv"))
        return PokeReturnValue(bool(names), names[-1] if names else None)

    wait() >> TriggerDagRunOperator(
        task_id="start",
        trigger_dag_id=STEM,
        trigger_run_id="file_{{ ti.xcom_pull('wait') }}",
        logical_date=None,
        skip_when_already_exists=True,
    )
    # --8<-- [end:poll]

if __name__ == "__main__":
    sales.test(logical_date=None)
