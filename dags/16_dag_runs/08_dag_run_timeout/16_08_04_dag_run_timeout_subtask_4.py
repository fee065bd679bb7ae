"""Limit how long a sensor waits, and skip or fail when the time is over.

The sensor waits three seconds for the vendor's file. Without the file the first DAG
skips ``load`` and reports; the second DAG fails.
"""

from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task

STEM = "16_08_04_dag_run_timeout_subtask_4"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "dagrun_timeout": timedelta(minutes=5),
    "tags": ["reference", "control", "beginner", "success", "16.8"],
    "params": {"file": Param("no-such-file.csv", type="string")},
}


# --8<-- [start:answer]
@task.sensor(poke_interval=1, timeout=3, soft_fail=True)
def vendor_file(params) -> bool:
    return Path(params["file"]).exists()


# --8<-- [end:answer]


@task
def load(params) -> int:
    return len(Path(params["file"]).read_text().splitlines())


@task(trigger_rule="none_failed")
def report(loaded: int | None) -> str:
    return "no file today" if loaded is None else f"{loaded} orders"


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def sales():
    loaded = load()
    vendor_file() >> loaded
    report(loaded)


@dag(dag_id=f"{STEM}__hard", **COMMON)
def hard():
    # --8<-- [start:hard]
    must_come = vendor_file.override(
        soft_fail=False, retries=2, retry_delay=timedelta(seconds=1)
    )
    # --8<-- [end:hard]
    must_come() >> load()


sales_dag = sales()
hard()

if __name__ == "__main__":
    sales_dag.test()
