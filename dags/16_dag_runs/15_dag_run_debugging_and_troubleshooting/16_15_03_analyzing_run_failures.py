"""Load orders of which one has no number; the page asks what failed in many runs."""

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    dag_id="16_15_03_analyzing_run_failures",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=True,
    tags=["debugging", "control", "intermediate", "failure", "16.15"],
    params={"rows": Param(["A-1,3", "A-2,x"], type="array")},
)
def sales():
    @task
    def extract(params=None) -> list[str]:
        return params["rows"]

    @task
    def load(rows: list[str]) -> int:
        return sum(int(row.split(",")[1]) for row in rows)

    @task
    def report(pieces: int) -> str:
        return f"sold: {pieces}"

    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
