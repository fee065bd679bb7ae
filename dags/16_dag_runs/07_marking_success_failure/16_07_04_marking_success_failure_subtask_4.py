"""The orders of three shops in two regions; the shop in Rome has sent nothing."""

import pendulum
from airflow.sdk import TaskGroup, dag, task
from airflow.sdk.exceptions import AirflowFailException

SHOPS = {"north": ["oslo"], "south": ["rome", "athens"]}
ORDERS = {"oslo": [20, 30], "athens": [40]}


@dag(
    dag_id="16_07_04_marking_success_failure_subtask_4",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "failure", "16.7"],
)
def sales():
    @task
    def read(shop: str) -> int:
        if shop not in ORDERS:
            raise AirflowFailException(f"{shop} has sent nothing")
        return sum(ORDERS[shop])

    @task
    def total(amounts: list[int]) -> int:
        return sum(amounts)

    # --8<-- [start:report]
    @task(trigger_rule="none_failed")
    def report(totals: list[int | None]) -> int:
        """Add up the regions; a region that was skipped has no total."""
        return sum(amount for amount in totals if amount is not None)

    # --8<-- [end:report]

    totals = []
    for region, shops in SHOPS.items():
        with TaskGroup(region):
            totals.append(total(read.expand(shop=shops)))
    report(totals)


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
