"""Load each day's orders after those of the day before; conf can make it fail."""

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException


@dag(
    dag_id="16_02_06_scheduled_runs_subtask_6",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 5, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 5, 31, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["reference", "control", "beginner", "success", "16.2"],
    params={"fail": Param(False, type="boolean", description="Let load fail")},
)
def daily_sales():
    @task
    def extract() -> list[int]:
        return [5, 2, 3]

    # --8<-- [start:answer]
    @task(depends_on_past=True)
    def load(pieces: list[int], params) -> int:
        if params["fail"]:
            raise AirflowFailException("the sales table is locked")
        return sum(pieces)

    # --8<-- [end:answer]
    @task
    def report(loaded: int) -> str:
        return f"{loaded} pieces"

    report(load(extract()))


sales = daily_sales()

if __name__ == "__main__":
    sales.test(logical_date=None)
