"""Load the sales of a day.

## Before you unpause

1. Queued runs start: delete those that must not run.
2. Running runs go on: clear or mark what must not go on.
3. Is the time of the next run over? Then one more run starts.

Paused: *sales paused by NAME, SHOP-42, until DATE*.
Unpaused: *sales unpaused by NAME, SHOP-42, N runs start*.
"""

import pendulum
from airflow.sdk import dag, task


# --8<-- [start:docs]
@dag(
    dag_id="62_10_05_runbook",
    doc_md=__doc__,  # the runbook, shown in the UI
    schedule="@daily",
    catchup=False,
    # --8<-- [end:docs]
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    tags=["reference", "best-practice", "intermediate", "success", "62.10"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 15, 7]

    @task
    def load(amounts: list[int]) -> int:
        return sum(amounts)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
