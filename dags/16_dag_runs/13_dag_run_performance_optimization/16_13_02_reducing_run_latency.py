"""Average the orders; the module that only one task needs is imported in that task."""

import pendulum
from airflow.sdk import dag, task


@dag(
    dag_id="16_13_02_reducing_run_latency",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["performance", "control", "intermediate", "success", "16.13"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 15, 7]

    # --8<-- [start:answer]
    @task
    def transform(amounts: list[int]) -> float:
        import statistics  # heavy modules here, not at the top of the file

        return statistics.mean(amounts)

    # --8<-- [end:answer]

    @task
    def load(mean: float) -> str:
        return f"{mean} EUR per order"

    load(transform(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
