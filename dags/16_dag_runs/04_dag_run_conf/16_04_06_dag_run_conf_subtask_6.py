"""Start the shipping DAG with a conf that a task builds."""

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

STEM = "16_04_06_dag_run_conf_subtask_6"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.4"],
    "params": {
        "order": Param(2, type="integer"),
        "gift": Param(False, type="boolean"),
    },
}


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def orders():
    # --8<-- [start:answer]
    @task
    def handover(params, dag_run=None) -> dict:
        chosen = {"order": params["order"], "gift": params["gift"]}
        return chosen | {"from_run": dag_run.run_id}

    TriggerDagRunOperator(
        task_id="ship",
        trigger_dag_id=f"{STEM}__ship",
        conf=handover(),
        trigger_run_id="ship-{{ params.order }}",
        logical_date=None,
        reset_dag_run=True,
    )
    # --8<-- [end:answer]


@dag(dag_id=f"{STEM}__ship", is_paused_upon_creation=False, **COMMON)
def shipping():
    @task
    def pack(params) -> str:
        return f"order {params['order']}, {'gift' if params['gift'] else 'no gift'}"

    pack()


orders_dag = orders()
shipping()

if __name__ == "__main__":
    orders_dag.test(logical_date=None)
