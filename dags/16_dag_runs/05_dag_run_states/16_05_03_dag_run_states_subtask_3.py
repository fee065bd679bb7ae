"""One task for each trigger rule below the same two tasks, and a join that counts.

The params ``north`` and ``south`` say how the two shops end; ``south`` ends last.
"""

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

STEM = "16_05_03_dag_run_states_subtask_3"
RULES = [
    "all_success",
    "all_failed",
    "all_skipped",
    "all_done",
    "all_done_min_one_success",
    "all_done_setup_success",
    "one_success",
    "one_failed",
    "one_done",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "always",
]
ENDS = ["success", "failed", "skipped"]
COMMON = {
    "schedule": None,
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    "catchup": False,
    "tags": ["reference", "control", "beginner", "success", "16.5"],
    "params": {
        "north": Param("success", enum=ENDS),
        "south": Param("success", enum=ENDS),
    },
}


@task(trigger_rule="all_done")  # south waits for north, however north ends
def shop(name: str, params) -> int:
    if params[name] == "failed":
        raise AirflowFailException(f"{name}: the file is broken")
    if params[name] == "skipped":
        raise AirflowSkipException(f"{name}: closed today")
    return 50


# --8<-- [start:answer]
@task(trigger_rule="none_failed_min_one_success")
def report(north: int | None, south: int | None) -> int:
    return (north or 0) + (south or 0)


# --8<-- [end:answer]


def shops() -> list:
    north = shop.override(task_id="north")("north")
    south = shop.override(task_id="south")("south")
    north >> south
    return [north, south]


@dag(dag_id=STEM, doc_md=__doc__, **COMMON)
def thirteen_rules():
    above = shops()
    for rule in RULES:
        above >> task(task_id=rule, trigger_rule=rule)(lambda: "ran")()


@dag(dag_id=f"{STEM}__join", **COMMON)
def join():
    report(*shops())


rules_dag = thirteen_rules()
join()

if __name__ == "__main__":
    rules_dag.test()
