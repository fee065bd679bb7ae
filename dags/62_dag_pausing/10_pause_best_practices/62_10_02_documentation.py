"""Review the register of pauses, one Variable for each, once a day."""

import pendulum
from airflow.sdk import Variable, dag, task
from airflow.sdk.api.client import ServerResponseError
from airflow.sdk.exceptions import AirflowRuntimeError

STEM = "62_10_02_documentation"
TAGS = ["reference", "best-practice", "beginner", "success", "62.10"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")


def is_paused(ti, dag_id: str) -> bool | None:
    """Tell whether a DAG is paused; None if Airflow does not know it."""
    try:
        return ti.get_dag(dag_id).is_paused
    except (AirflowRuntimeError, ServerResponseError):
        return None


@dag(
    dag_id=STEM,
    doc_md=__doc__,
    schedule="@daily",
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def register():
    # --8<-- [start:answer]
    @task
    def read_register(ti=None) -> list[dict]:
        entries = []
        for key in Variable.keys(prefix="pause__"):
            entry = Variable.get(key, deserialize_json=True)
            dag_id = key.removeprefix("pause__")
            entries += [entry | {"dag_id": dag_id, "paused": is_paused(ti, dag_id)}]
        return entries

    # --8<-- [end:answer]

    @task
    def review(entries: list[dict], dag_run=None) -> dict[str, list[str]]:
        today = f"{dag_run.run_after:%Y-%m-%d}"
        found = {"overdue": [], "done": [], "unknown DAG": []}
        # --8<-- [start:review]
        for entry in entries:
            line = f"{entry['dag_id']}: {entry['reason']}, {entry['owner']}"
            if entry["paused"] is None:
                found["unknown DAG"].append(line)
            elif not entry["paused"]:
                found["done"].append(line)
            elif entry["until"] < today:
                found["overdue"].append(line)
        # --8<-- [end:review]
        return found

    review(read_register())


@dag(
    dag_id=f"{STEM}__refunds",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def refunds():
    @task
    def load() -> list[int]:
        return [4, 3]

    load()


register_dag = register()
refunds()

if __name__ == "__main__":
    register_dag.test()
