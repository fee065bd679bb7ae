"""Load all order files that wait, every 15 minutes; the param takes fewer of them."""

import pendulum
from airflow.sdk import Param, dag, task

FILES = {f"orders_{n}.csv": 10 * n for n in range(1, 7)}  # name: EUR


@dag(
    dag_id="16_13_01_optimizing_run_frequency",
    doc_md=__doc__,
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=2,
    tags=["performance", "control", "intermediate", "success", "16.13"],
    params={"files": Param(len(FILES), type="integer", minimum=1)},
)
def sales():
    # --8<-- [start:batch]
    @task
    def waiting(params) -> list[str]:
        return sorted(FILES)[: params["files"]]

    @task
    def load(names: list[str]) -> int:
        return sum(FILES[name] for name in names)

    # --8<-- [end:batch]

    @task
    def report(names: list[str], total: int) -> str:
        return f"{len(names)} files, {total} EUR"

    names = waiting()
    report(names, load(names))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
