"""Load orders with typed params: bad input is refused before a run exists."""

import pendulum
from airflow.sdk import Param, dag, task


@dag(
    dag_id="16_04_02_dag_run_conf_subtask_2",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.4"],
    # --8<-- [start:answer]
    params={
        "pieces": Param(10, type="integer", minimum=1, maximum=500),
        "day": Param("2026-05-01", type="string", format="date"),
        "store": Param("oslo", enum=["oslo", "berlin"]),
        "order": Param("A-1", type="string", pattern="^[A-Z]-[0-9]+$"),
        "remark": Param(None, type=["null", "string"], minLength=1),
        "source": "web",  # no type: any value passes
    },
    # --8<-- [end:answer]
)
def sales():
    @task
    def load(params) -> dict:
        return {name: repr(value) for name, value in params.items()}

    load()


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test(logical_date=None)
