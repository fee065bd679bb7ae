"""Fit tries, waits and copies of each task into the time of the whole run.

A courier's tours are planned by trying every order of the stops. Twelve stops are too
many for the time of one try, so the next try plans half as many at a time. Before any
of this can run, the file adds up how long every path may take, and refuses to load when
that is more than ``dagrun_timeout``.
"""

import logging
from datetime import timedelta
from itertools import pairwise, permutations
from math import ceil, dist

import pendulum
from airflow.sdk import DAG, ExceptionRetryPolicy, RetryAction, RetryRule, dag, task
from airflow.sdk.exceptions import AirflowTaskTimeout

log = logging.getLogger(__name__)

DEPOT = (0, 0)
STOPS = {
    "harbour": [(3, 0), (3, 4)],
    "high street": [(x, 0) for x in range(1, 13)],
}
MOST_STOPS = 12


def shortest_round(stops: list[tuple[int, int]]) -> float:
    """Return the kilometres of the best order of ``stops``, from the depot and back."""
    return min(
        sum(dist(a, b) for a, b in pairwise([DEPOT, *order, DEPOT]))
        for order in permutations(stops)
    )


# --8<-- [start:wait]
def longest_wait(step, retry: int) -> timedelta:
    """Return the most that Airflow waits before retry number ``retry``, from 1."""
    factor = step.retry_exponential_backoff
    if factor in (0, 1) and factor is not True:
        return step.retry_delay
    factor = 2 if factor is True else factor
    base = max(1, ceil(step.retry_delay.total_seconds() * factor ** (retry - 1)))
    wait = timedelta(seconds=2 * base - 1)
    return min(wait, step.max_retry_delay or wait)


# --8<-- [end:wait]


# --8<-- [start:longest]
def longest(step, copies: int = 1) -> timedelta:
    """Return the most time that a task takes with all its tries, waits and copies."""
    if step.execution_timeout is None:
        raise ValueError(f"{step.task_id} has no execution_timeout")
    tries = (step.retries + 1) * step.execution_timeout
    waits = sum((longest_wait(step, n + 1) for n in range(step.retries)), timedelta())
    rounds = ceil(copies / (step.max_active_tis_per_dagrun or copies))
    return rounds * (tries + waits)


# --8<-- [end:longest]


# --8<-- [start:budget]
def worst_case(dag: DAG, copies: dict[str, int]) -> timedelta:
    """Return the time of the slowest path through ``dag``."""
    ends: dict[str, timedelta] = {}
    for step in dag.topological_sort():
        if step.is_mapped and step.task_id not in copies:
            raise ValueError(f"{step.task_id} is mapped: say how many copies to expect")
        start = max((ends[one] for one in step.upstream_task_ids), default=timedelta())
        ends[step.task_id] = start + longest(step, copies.get(step.task_id, 1))
    return max(ends.values())


def within_budget(dag: DAG, copies: dict[str, int], reserve: timedelta) -> DAG:
    """Return ``dag``, or raise when its slowest path does not fit into a run."""
    needs = worst_case(dag, copies) + reserve
    if dag.dagrun_timeout is None or needs > dag.dagrun_timeout:
        raise ValueError(f"a run may need {needs}, but has {dag.dagrun_timeout}")
    return dag


# --8<-- [end:budget]


@dag(
    dag_id="16_08_02_dag_run_timeout_subtask_2",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    dagrun_timeout=timedelta(seconds=60),
    tags=["reference", "control", "beginner", "success", "16.8"],
    default_args={
        "retries": 1,
        "retry_delay": timedelta(seconds=1),
        "execution_timeout": timedelta(seconds=5),
    },
)
def tours():
    # --8<-- [start:plan]
    @task(
        execution_timeout=timedelta(seconds=1),
        retries=2,
        retry_exponential_backoff=2,
        max_retry_delay=timedelta(seconds=2),
        max_active_tis_per_dagrun=1,
    )
    def plan(district: str, task_state_store=None) -> dict:
        most = task_state_store.get("most_stops", default=MOST_STOPS)
        stops = STOPS[district]
        try:
            rounds = [
                shortest_round(stops[n : n + most]) for n in range(0, len(stops), most)
            ]
        except AirflowTaskTimeout:
            log.warning("%s: %d stops at once take too long", district, most)
            task_state_store.set("most_stops", most // 2)
            raise
        return {"district": district, "most_stops": most, "km": rounds}

    # --8<-- [end:plan]

    @task
    def distance(plans: list[dict]) -> float:
        return sum(sum(one["km"]) for one in plans)

    distance(plan.expand(district=sorted(STOPS)))


# --8<-- [start:check]
tours_dag = within_budget(
    tours(), copies={"plan": len(STOPS)}, reserve=timedelta(seconds=30)
)
# --8<-- [end:check]


@dag(
    dag_id="16_08_02_dag_run_timeout_subtask_2__same_work",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["reference", "control", "beginner", "success", "16.8"],
)
def same_work():
    # --8<-- [start:policy]
    @task(
        execution_timeout=timedelta(seconds=1),
        retries=2,
        retry_policy=ExceptionRetryPolicy(
            rules=[
                RetryRule(exception=AirflowTaskTimeout, action=RetryAction.FAIL),
            ]
        ),
    )
    def plan_at_once(district: str) -> float:
        return shortest_round(STOPS[district])

    # --8<-- [end:policy]

    plan_at_once("high street")


same_work()

if __name__ == "__main__":
    tours_dag.test()
