"""Load three orders; whoever triggers the run names a ticket in its conf."""

import pendulum
from airflow.sdk import Param, dag, task


# --8<-- [start:dag]
@dag(
    dag_id="16_11_06_dag_run_notes_subtask_6",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.11"],
    params={"ticket": Param("", type="string", description="such as SHOP-12")},
)
def sales():
    # --8<-- [end:dag]
    @task
    def extract() -> list[int]:
        return [12, 30, 8]

    @task
    def load(orders: list[int]) -> int:
        return sum(orders)

    @task
    def report(total: int, params) -> str:
        return f"{total} for {params['ticket'] or 'the shop'}"

    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
