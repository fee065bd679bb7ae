"""Ask how other DAGs are doing, from a task and without the metadata database.

A morning report scores the feeds it is made of: how many of their runs and tasks have
failed, and what became of today's run. Every answer comes from a method of ``ti``, for
which the worker asks the API server. ``DagRun.find`` and a session did that in Airflow
2, and fail on every worker of Airflow 3.
"""

import logging

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

log = logging.getLogger(__name__)

TICKETS = "16_05_05_dag_run_states_subtask_5__tickets"
TAGS = ["reference", "control", "beginner", "success", "16.5"]
START = pendulum.datetime(2026, 1, 1, tz="UTC")
RUN_WEIGHT = 3  # a failed run weighs as much as three failed tasks
ILL = 20  # per cent
DESKS = [
    {"desk": "main gate", "printed": 400, "left": 132},
    {"desk": "river gate", "printed": 150, "left": 61},
]


# --8<-- [start:score]
def score(runs: dict[str, int], tasks: dict[str, int]) -> int | None:
    """Return the weight of what failed in per cent, ``None`` when nothing has ended."""
    total = RUN_WEIGHT * sum(runs.values()) + sum(tasks.values())
    if not total:
        return None
    return round(100 * (RUN_WEIGHT * runs["failed"] + tasks["failed"]) / total)


def verdict(percent: int | None) -> str:
    """Put a score into words; a feed that never ran is not a healthy one."""
    if percent is None:
        return "no data"
    return "ill" if percent >= ILL else "healthy"


# --8<-- [end:score]


@dag(
    dag_id=TICKETS,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={"desks": Param(DESKS, type="array", minItems=1)},
)
def tickets():
    @task
    def desks(params) -> list[dict]:
        return params["desks"]

    @task
    def sold(desk: dict) -> int:
        if desk["left"] > desk["printed"]:
            raise AirflowFailException(f"{desk['desk']}: more left than printed")
        return desk["printed"] - desk["left"]

    @task
    def visitors(counts: list[int]) -> int:
        return sum(counts)

    visitors(sold.expand(desk=desks()))


@dag(
    dag_id="16_05_05_dag_run_states_subtask_5",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
    params={
        "feeds": Param(
            [TICKETS, "16_05_05_dag_run_states_subtask_5__gift_shop"],
            type="array",
            minItems=1,
        ),
    },
)
def morning_report():
    @task
    def feeds(params) -> list[str]:
        return params["feeds"]

    # --8<-- [start:counts]
    @task
    def upstream_health(feed: str, ti=None) -> dict:
        ended = ("success", "failed")
        runs = {state: ti.get_dr_count(feed, states=[state]) for state in ended}
        tasks = {state: ti.get_ti_count(feed, states=[state]) for state in ended}
        percent = score(runs, tasks)
        log.info("%s: %s, %s", feed.rpartition("__")[2], verdict(percent), percent)
        return {"runs": runs, "tasks": tasks, "health": verdict(percent)}

    # --8<-- [end:counts]

    # --8<-- [start:today]
    @task
    def todays_run(feed: str, ti=None, dag_run=None) -> dict:
        """Find the feed's run of the report's own date, and what went wrong in it."""
        date = dag_run.logical_date
        found = ti.get_task_states(feed, logical_dates=[date]) if date else {}
        if not found:
            return {"state": "no run", "failed": []}
        [(run_id, states)] = found.items()
        over = ti.get_task_breadcrumbs(feed, run_id)
        return {
            "state": ti.get_dagrun_state(feed, run_id),
            "failed": sorted(name for name in states if states[name] == "failed"),
            "over": [f"{row['task_id']} {row['map_index']}" for row in over],
        }

    # --8<-- [end:today]

    # --8<-- [start:itself]
    @task
    def about_itself(ti=None, dag_run=None) -> dict:
        before = ti.get_previous_dagrun(state="success")
        return {
            "counted": ti.get_dr_count(dag_run.dag_id),
            "running": ti.get_dr_count(dag_run.dag_id, states=["running"]),
            "last_good": str(before.logical_date.date()) if before else None,
        }

    # --8<-- [end:itself]

    names = feeds()
    upstream_health.expand(feed=names)
    todays_run.expand(feed=names)
    about_itself()


@dag(
    dag_id="16_05_05_dag_run_states_subtask_5__traps",
    schedule=None,
    start_date=START,
    catchup=False,
    tags=TAGS,
)
def traps():
    # --8<-- [start:traps]
    @task
    def no_filter(ti=None) -> dict:
        """An empty list is no filter, so it counts everything."""
        wanted: list[str] = []
        return {
            "an empty list": ti.get_dr_count(TICKETS, run_ids=wanted),
            "a wrong state": ti.get_dr_count(TICKETS, states=["fail"]),
            "a wrong DAG": ti.get_dr_count("tickets"),
        }

    @task
    def no_such_run(ti=None) -> str:
        return ti.get_dagrun_state(TICKETS, "yesterday")

    @task
    def asked_first(ti=None) -> str | None:
        known = ti.get_dr_count(TICKETS, run_ids=["yesterday"])
        return ti.get_dagrun_state(TICKETS, "yesterday") if known else None

    # --8<-- [end:traps]

    no_filter()
    no_such_run()
    asked_first()


tickets()
report_dag = morning_report()
traps()

if __name__ == "__main__":
    report_dag.test(logical_date=pendulum.datetime(2026, 5, 1, tz="UTC"))
