"""Returns the names in a task's context."""

import pendulum
from airflow.sdk import dag, get_current_context, task


@dag(schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False)
def names():
    @task(task_id="names")
    def look() -> list[str]:
        return sorted(get_current_context())

    look()


names()
