"""Load orders; the scheduler pauses this DAG after three failed runs in a row.

With the param ``fail`` the partner sends no orders, and the run fails.
"""

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException


# --8<-- [start:limit]
@dag(
    dag_id="16_05_06_dag_run_states_subtask_6",
    schedule=None,
    max_active_runs=1,
    max_consecutive_failed_dag_runs=3,  # 0, the default: never pause
    # --8<-- [end:limit]
    doc_md=__doc__,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.5"],
    params={"fail": Param(False, type="boolean")},
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 30, 50]

    @task
    def load(orders: list[int], params) -> int:
        if params["fail"]:
            raise AirflowFailException("the partner sent no orders")
        return sum(orders)

    load(extract())


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
