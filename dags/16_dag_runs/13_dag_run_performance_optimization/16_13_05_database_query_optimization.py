"""Count the runs of this DAG by state, the way a task may ask: without SQL."""

import pendulum
from airflow.sdk import dag, task

STEM = "16_13_05_database_query_optimization"


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["performance", "control", "advanced", "success", "16.13"],
)
def run_counts():
    # --8<-- [start:count]
    @task
    def count(state: str, ti=None) -> str:
        return f"{ti.get_dr_count(STEM, states=[state])} {state}"

    # --8<-- [end:count]

    @task
    def report(counts: list[str]) -> str:
        return ", ".join(sorted(counts))

    report(count.expand(state=["success", "failed"]))


run_counts_dag = run_counts()

if __name__ == "__main__":
    run_counts_dag.test(logical_date=None)
