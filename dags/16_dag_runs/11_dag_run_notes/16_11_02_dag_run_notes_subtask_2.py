"""Start one run of a second DAG for each order, with a note that says why."""

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

STEM = "16_11_02_dag_run_notes_subtask_2"
TAGS = ["reference", "control", "beginner", "success", "16.11"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    # --8<-- [start:reason]
    params={"reason": Param("second try", type="string", minLength=1)},
    # --8<-- [end:reason]
)
def orders_again():
    # --8<-- [start:answer]
    @task
    def orders(params) -> list[dict]:
        notes = {n: f"order {n}, {params['reason']}" for n in (1, 2)}
        return [{"conf": {"order": n}, "note": notes[n][:1000]} for n in notes]

    TriggerDagRunOperator.partial(
        task_id="start", trigger_dag_id=f"{STEM}__order", logical_date=None
    ).expand_kwargs(orders())
    # --8<-- [end:answer]


@dag(
    dag_id=f"{STEM}__order",
    schedule=None,
    start_date=START,
    catchup=False,
    is_paused_upon_creation=False,
    tags=TAGS,
    params={"order": Param(1, type="integer")},
)
def one_order():
    @task
    def load(params, dag_run=None) -> str:
        return f"order {params['order']} loaded, note: {dag_run.note}"

    load()


orders_dag = orders_again()
one_order()

if __name__ == "__main__":
    orders_dag.test(logical_date=None)
