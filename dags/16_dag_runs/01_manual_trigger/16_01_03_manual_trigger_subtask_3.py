"""Load the sales of one day; a shell script triggers it with the day in conf."""

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    dag_id="16_01_03_manual_trigger_subtask_3",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=True,
    tags=["reference", "control", "beginner", "success", "16.1"],
    # --8<-- [start:params]
    params={"day": Param("2026-05-01", type="string", format="date")},
    # --8<-- [end:params]
)
def sales():
    # --8<-- [start:extract]
    @task
    def extract(params) -> str:
        return f"orders-{params['day']}.csv"

    # --8<-- [end:extract]
    @task
    def load(file: str) -> str:
        return f"{file} loaded"

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
