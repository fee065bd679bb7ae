"""Load the orders of a day in a run with a logical date or without one.

The second DAG does what works in scheduled runs, and fails when it is triggered
without a date.
"""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, get_current_context, task

STEM = "16_01_01_manual_trigger_subtask_1"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.1"],
}


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def daily_sales():
    @task
    def load(day: str) -> str:
        return f"loaded into sales, day {day}"

    # --8<-- [start:answer]
    @task
    def extract(dag_run=None) -> str:
        day = dag_run.logical_date or dag_run.run_after
        return f"orders-{day:%Y-%m-%d}.csv"

    loaded = load("{{ (dag_run.logical_date or dag_run.run_after) | ds }}")
    # --8<-- [end:answer]

    # --8<-- [start:report]
    @task
    def report(ds=None):
        return {"ds": ds, "keys": sorted(get_current_context())}

    # --8<-- [end:report]

    extract() >> loaded >> report()


@dag(dag_id=f"{STEM}__needs_date", **COMMON)
def needs_a_date():
    # --8<-- [start:needs-date]
    @task
    def from_context() -> str:
        return get_current_context()["ds"]

    @task
    def as_argument(ds) -> str:
        return ds

    BashOperator(task_id="in_template", bash_command="echo {{ ds }}")
    from_context(), as_argument()
    # --8<-- [end:needs-date]


sales = daily_sales()
needs_a_date()

if __name__ == "__main__":
    sales.test(logical_date=None)
