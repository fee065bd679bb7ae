"""A listener that writes down what it hears, and a DAG to try it on.

Copy this file to the plugins folder, too: there Airflow registers the listener.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

STEM = "16_05_01_dag_run_states_subtask_1"


def note(seen, what: str, *states) -> None:
    if seen.dag_id == STEM:  # Airflow calls a listener for every DAG
        words = " -> ".join(str(getattr(state, "value", state)) for state in states)
        with Path(tempfile.gettempdir(), "witness.log").open("a") as notes:
            notes.write(f"{what}: {words}\n")


# --8<-- [start:task-hook]
class Witness:
    @hookimpl
    def on_task_instance_failed(self, previous_state, task_instance, error):
        ti = task_instance
        note(ti, ti.task_id, previous_state, ti.state)

    # --8<-- [end:task-hook]

    @hookimpl
    def on_task_instance_running(self, previous_state, task_instance):
        note(task_instance, task_instance.task_id, previous_state, "running")

    @hookimpl
    def on_task_instance_success(self, previous_state, task_instance):
        note(task_instance, task_instance.task_id, previous_state, "success")

    @hookimpl
    def on_task_instance_skipped(self, previous_state, task_instance):
        note(task_instance, task_instance.task_id, previous_state, "skipped")

    @hookimpl
    def on_dag_run_running(self, dag_run, msg):
        note(dag_run, f"the run ({msg})", dag_run.state)

    @hookimpl
    def on_dag_run_success(self, dag_run, msg):
        note(dag_run, f"the run ({msg})", dag_run.state)

    @hookimpl
    def on_dag_run_failed(self, dag_run, msg):
        note(dag_run, f"the run ({msg})", dag_run.state)


# --8<-- [start:plugin]
class WitnessPlugin(AirflowPlugin):
    name = "witness"
    listeners = [Witness()]


# --8<-- [end:plugin]
@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.5"],
    params={"orders": Param([], type="array")},
)
def sales():
    @task(retries=1, retry_delay=timedelta(seconds=1))
    def extract(params, ti) -> list:
        if ti.try_number == 1:
            raise ConnectionError("the partner does not answer")
        return params["orders"]

    @task
    def load(orders: list) -> int:
        if not orders:
            raise AirflowSkipException("no orders today")
        return sum(orders)

    @task
    def report(total: int) -> str:
        return f"sold {total}"

    report(load(extract()))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
