"""Count and read the runs of another DAG in a task, without the metadata database."""

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

STEM = "16_05_05_dag_run_states_subtask_5"
LOAD = f"{STEM}__load"
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.5"],
}


@dag(dag_id=LOAD, params={"orders": Param([20, 30], type="array")}, **COMMON)
def load_dag():
    @task
    def load(order: int) -> int:
        if order < 0:
            raise AirflowFailException(f"{order} is no amount")
        return order

    @task
    def orders(params) -> list[int]:
        return params["orders"]

    load.expand(order=orders())


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    params={"run_id": Param("orders-2026-05-01", type="string")},
    **COMMON,
)
def report_dag():
    # --8<-- [start:answer]
    @task
    def report(params, ti=None) -> dict:
        return {
            "failed runs": ti.get_dr_count(LOAD, states=["failed"]),
            "failed tasks": ti.get_ti_count(LOAD, states=["failed"]),
            "tasks of the run": ti.get_task_states(LOAD, run_ids=[params["run_id"]]),
        }

    # --8<-- [end:answer]

    # --8<-- [start:known]
    @task
    def state(params, ti=None) -> str:
        run_id = params["run_id"]
        if not ti.get_dr_count(LOAD, run_ids=[run_id]):
            return "no such run"
        return ti.get_dagrun_state(LOAD, run_id)

    # --8<-- [end:known]

    # --8<-- [start:surprises]
    @task
    def surprises(ti=None) -> dict:
        return {
            "1 run_ids=[]": ti.get_dr_count(LOAD, run_ids=[]),
            "2 states=['fail']": ti.get_dr_count(LOAD, states=["fail"]),
            "3 DAG 'load'": ti.get_dr_count("load"),
            "4 tasks of no run": ti.get_task_states(LOAD, run_ids=["no-run"]),
            "5 running runs of this DAG": ti.get_dr_count(STEM, states=["running"]),
        }

    # --8<-- [end:surprises]

    report() >> state() >> surprises()


load_dag()
sales_dag = report_dag()

if __name__ == "__main__":
    sales_dag.test()
