"""A daily DAG with a beginning and an end, for catchup and backfill."""

import pendulum
from airflow.sdk import dag, task


def daily(role: str, catchup: bool, limit: int):
    @dag(
        dag_id=f"live_daily__{role}",
        schedule="@daily",
        start_date=pendulum.datetime(2026, 3, 1, tz="UTC"),
        end_date=pendulum.datetime(2026, 3, 4, tz="UTC"),
        catchup=catchup,
        max_active_runs=limit,
    )
    def build():
        @task
        def day(ds=None) -> str:
            return ds

        day()

    return build()


daily("catchup", True, 1)
daily("backfill", False, 2)
