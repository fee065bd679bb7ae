"""Report the sales, and fail if there are none: a DAG to try before it is turned on."""

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException


@dag(
    dag_id="62_09_04_environment_promotion",
    doc_md=__doc__,
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=True,
    tags=["reference", "example", "intermediate", "success", "62.9"],
    params={"rows": Param(3, type="integer", minimum=0)},
)
def sales():
    @task
    def extract(params=None) -> list[int]:
        return [20, 15, 7][: params["rows"]]

    # --8<-- [start:report]
    @task
    def report(amounts: list[int]) -> int:
        if not amounts:
            raise AirflowFailException("no sales")
        return sum(amounts)

    # --8<-- [end:report]

    report(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
