"""A task that leaves something behind in each try: XCom, state store, asset event."""

import pendulum
from airflow.sdk import NEVER_EXPIRE, Asset, dag, task


@dag(
    dag_id="16_06_05_clearing_tasks_subtask_5",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.6"],
)
def sales():
    @task
    def extract() -> list[int]:
        return [20, 30, 50]

    # --8<-- [start:load]
    @task(outlets=[Asset("sales")])
    def load(orders: list[int], label: str, ti=None, task_state_store=None) -> int:
        key = f"try_{ti.try_number}"
        ti.xcom_push(key, label)
        task_state_store.set(key, label, retention=NEVER_EXPIRE)
        return sum(orders)

    # --8<-- [end:load]

    @task
    def report(total: int) -> str:
        return f"sold {total}"

    report(load(extract(), label="try {{ ti.try_number }}"))


sales_dag = sales()

if __name__ == "__main__":
    sales_dag.test()
