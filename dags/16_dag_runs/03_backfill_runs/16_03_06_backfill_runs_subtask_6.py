"""Report the sales of a day at a rate that a backfill can change.

The second DAG has partition keys instead of logical dates.
"""

import pendulum
from airflow.sdk import CronPartitionTimetable, Param, dag, task

STEM = "16_03_06_backfill_runs_subtask_6"
PIECES = [12, 30, 8]
COMMON = {
    "start_date": pendulum.datetime(2026, 5, 1, tz="UTC"),
    "end_date": pendulum.datetime(2026, 5, 4, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.3"],
    "params": {"rate": Param(100, type="integer", minimum=1, description="percent")},
}


@dag(dag_id=STEM, schedule="@daily", doc_md=__doc__, **COMMON)
def daily_sales():
    @task
    def load() -> int:
        return sum(PIECES)

    # --8<-- [start:report]
    @task
    def report(loaded: int, params) -> dict:
        return {"rate": params["rate"], "total": loaded * params["rate"] // 100}

    # --8<-- [end:report]

    report(load())


# --8<-- [start:by-key]
@dag(
    dag_id=f"{STEM}__by_key",
    schedule=CronPartitionTimetable(
        "0 6 * * *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"
    ),
    **COMMON,
)
# --8<-- [end:by-key]
def sales_by_key():
    @task
    def report(params, dag_run=None) -> dict:
        return {"day": dag_run.partition_key, "rate": params["rate"]}

    report()


sales = daily_sales()
sales_by_key()

if __name__ == "__main__":
    sales.test(logical_date=None)
