"""Load the orders of two regions; with ``fail`` the load of the south fails."""

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException


@dag(
    dag_id="16_11_03_dag_run_notes_subtask_3",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.11"],
    params={"fail": False},
)
def sales():
    @task
    def extract() -> list[str]:
        return ["north", "south"]

    @task
    def load(region: str, params) -> str:
        if region == "south" and params["fail"]:
            raise AirflowFailException("no prices for south")
        return f"{region} loaded"

    load.expand(region=extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
