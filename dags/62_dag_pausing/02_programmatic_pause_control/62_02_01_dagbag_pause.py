"""Report the sales of a day, with the refunds only if their DAG is not paused."""

import pendulum
from airflow.sdk import dag, task

STEM = "62_02_01_dagbag_pause"
REFUNDS = f"{STEM}__refunds"
TAGS = ["reference", "core", "intermediate", "success", "62.2"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def sales():
    # --8<-- [start:answer]
    @task
    def refunds_open(ti=None) -> bool:
        return not ti.get_dag(REFUNDS).is_paused

    # --8<-- [end:answer]

    @task
    def report(refunds: bool) -> str:
        return f"sales: {42 - 7 * refunds} EUR, refunds included: {refunds}"

    report(refunds_open())


@dag(dag_id=REFUNDS, schedule=None, start_date=START, catchup=False, tags=TAGS)
def refunds():
    @task
    def load() -> list[int]:
        return [4, 3]

    load()


sales_dag = sales()
refunds()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
