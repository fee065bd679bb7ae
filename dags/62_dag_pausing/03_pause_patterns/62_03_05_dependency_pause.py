"""Load the sales, and report them in a second DAG that the asset event starts."""

import pendulum
from airflow.sdk import Asset, dag, task

STEM = "62_03_05_dependency_pause"
SALES = Asset("sales_table")
TAGS = ["reference", "patterns", "advanced", "success", "62.3"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def load_sales():
    @task(outlets=[SALES])
    def load() -> int:
        return sum([20, 15, 7])

    load()


@dag(
    dag_id=f"{STEM}__report",
    schedule=[SALES],
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def report_sales():
    # --8<-- [start:report]
    @task
    def report(triggering_asset_events=None) -> int:
        return len(triggering_asset_events.get(SALES, []))

    # --8<-- [end:report]

    report()


sales_dag = load_sales()
report_sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
