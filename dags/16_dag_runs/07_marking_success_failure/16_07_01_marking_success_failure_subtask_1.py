"""A check of the orders stops the report, although the orders are right."""

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException


@dag(
    dag_id="16_07_01_marking_success_failure_subtask_1",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "failure", "16.7"],
)
def sales():
    @task
    def extract() -> list[int]:
        """Return the pieces of each order."""
        return [1, 2, 7]

    @task
    def check(orders: list[int]) -> str:
        """Fail if somebody seems to have ordered too much."""
        if max(orders) > 5:
            raise AirflowFailException(f"an order of {max(orders)} pieces")
        return "checked"

    # --8<-- [start:report]
    @task
    def report(orders: list[int], checked: str | None) -> str:
        return f"{sum(orders)} pieces, {checked or 'not checked'}"

    # --8<-- [end:report]

    orders = extract()
    report(orders, check(orders))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
