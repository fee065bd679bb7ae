"""Load the orders of a day at six; the page asks which days a backfill would run."""

import pendulum
from airflow.sdk import dag, task

TAGS = ["reference", "control", "beginner", "success", "16.3"]


# --8<-- [start:schedule]
@dag(
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    # --8<-- [end:schedule]
    dag_id="16_03_01_backfill_runs_subtask_1",
    doc_md=__doc__,
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def daily_sales():
    @task
    def extract(dag_run=None) -> str:
        day = dag_run.logical_date or dag_run.run_after
        return f"orders-{day:%Y-%m-%d}.csv"

    @task
    def load(file: str) -> str:
        return f"{file} loaded"

    load(extract())


# --8<-- [start:berlin]
@dag(
    dag_id="16_03_01_backfill_runs_subtask_1__berlin",
    schedule="0 0 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    # --8<-- [end:berlin]
    catchup=False,
    is_paused_upon_creation=True,
    tags=TAGS,
)
def berlin():
    @task(start_date=pendulum.datetime(2026, 7, 1, tz="UTC"))  # a backfill ignores it
    def load() -> None:
        """Load nothing."""

    load()


sales = daily_sales()
berlin()

if __name__ == "__main__":
    sales.test(logical_date=None)
