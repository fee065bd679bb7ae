"""Report the orders of the last 24 hours; the second DAG asks the data interval."""

from datetime import datetime, timedelta

import pendulum
from airflow.sdk import dag, task

TAGS = ["reference", "control", "beginner", "success", "16.2"]
START = pendulum.datetime(2026, 4, 1, tz="UTC")


def orders_between(start: datetime, end: datetime) -> list[str]:
    """Return the orders of a shop that takes one at 0, 9 and 21 o'clock each day."""
    hours = int((end - start).total_seconds() // 3600)
    times = [start + timedelta(hours=n) for n in range(hours)]
    return [f"{at:%Y-%m-%d %H} h" for at in times if at.hour in (0, 9, 21)]


@dag(
    dag_id="16_02_01_scheduled_runs_subtask_1",
    doc_md=__doc__,
    schedule="@daily",
    start_date=START,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def daily_sales():
    # --8<-- [start:answer]
    @task
    def extract(dag_run=None) -> list[str]:
        end = dag_run.logical_date or dag_run.run_after
        return orders_between(end - timedelta(hours=24), end)

    # --8<-- [end:answer]
    @task
    def report(orders: list[str]) -> str:
        return f"{len(orders)} orders"

    report(extract())


@dag(
    dag_id="16_02_01_scheduled_runs_subtask_1__by_interval",
    schedule="@daily",
    start_date=START,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def by_interval():
    # --8<-- [start:interval]
    @task
    def extract(data_interval_start=None, data_interval_end=None) -> list[str]:
        return orders_between(data_interval_start, data_interval_end)

    # --8<-- [end:interval]
    extract()


sales = daily_sales()
by_interval()

if __name__ == "__main__":
    sales.test(logical_date=None)
