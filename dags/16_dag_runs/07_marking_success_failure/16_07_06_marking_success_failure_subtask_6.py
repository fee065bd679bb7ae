"""A load fails, and people change states by hand afterwards."""

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException


@dag(
    dag_id="16_07_06_marking_success_failure_subtask_6",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "failure", "16.7"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 30]

    @task
    def load(orders: list[int]) -> int:
        raise AirflowFailException(f"the total of {len(orders)} orders is missing")

    @task
    def report(total: int | None) -> str:
        return "no total" if total is None else f"{total} EUR"

    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
