"""Callbacks of a DAG: what they are told, and when they are called.

The params decide how the run ends. The callback ``page`` always raises, as a pager does
that cannot be reached.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def page(context) -> None:
    raise ConnectionError("the pager does not answer")


# --8<-- [start:tell]
def tell(context) -> None:
    ti = context.get("ti")  # missing if, for example, all tasks were skipped
    line = f"{context['reason']}, {ti.task_id if ti else 'no task'}"
    with Path(tempfile.gettempdir(), "sales_runs.log").open("a") as notes:
        notes.write(f"{context['dag'].dag_id}: {line}\n")


# --8<-- [end:tell]


# --8<-- [start:register]
@dag(
    dag_id="16_05_04_dag_run_states_subtask_4",
    on_failure_callback=[page, tell],
    on_success_callback=tell,
    dagrun_timeout=timedelta(hours=1),
    # --8<-- [end:register]
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.5"],
    params={"skip": Param(False, type="boolean"), "fail": Param(False, type="boolean")},
)
def sales():
    @task
    def extract(params) -> list[int]:
        if params["skip"]:
            raise AirflowSkipException("the shop is closed today")
        return [20, 30, 50]

    @task
    def load(orders: list[int], params) -> int:
        if params["fail"]:
            raise AirflowFailException("the table is locked")
        return sum(orders)

    @task(trigger_rule="none_skipped")  # after a failure, too
    def archive(orders: list[int], params) -> int:
        if params["fail"]:
            raise AirflowFailException("the disk is full")
        return len(orders)

    orders = extract()
    load(orders) >> archive(orders)


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
