"""A try that times out shrinks the work, and a run's time covers its slowest path."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.models.taskinstance import TaskInstance
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.serialization.serialized_objects import create_scheduler_operator

from dagbook.airflow_compat import DagBag

TIMEOUT = "AirflowTaskTimeout: Timeout, PID: "


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def real_waits(step, retry: int) -> list[timedelta]:
    """What Airflow's own task instances wait: a hash of their name spreads them."""
    failed = datetime(2026, 5, 1, tzinfo=UTC)
    ti = TaskInstance(create_scheduler_operator(step), dag_version_id=None)
    waits = []
    for n in range(400):
        ti.task_id, ti.try_number, ti.end_date = f"call_{n}", retry, failed
        waits.append(ti.next_retry_datetime() - failed)
    return waits


# --8<-- [start:smaller]
def test_the_try_after_a_timeout_plans_half_as_many_stops_at_a_time(example):
    run = example.run()

    harbour, high_street = run.values("plan")
    assert harbour == {"district": "harbour", "most_stops": 12, "km": [12]}
    assert high_street == {
        "district": "high street",
        "most_stops": 6,
        "km": [12, 24],
    }
    assert run.value("distance") == 12 + 12 + 24

    first, second = run.task("plan", 1).tries
    assert (first["state"], second["state"]) == ("failed", "success")
    assert run.task("plan", 1).errors[0].startswith(TIMEOUT)
    assert first["log"] == ["WARNING high street: 12 stops at once take too long"]
    assert second["log"] == []
    # --8<-- [end:smaller]
    assert run.state == "success"
    assert first["duration"] >= 1
    assert run.task("plan", 0).try_number == 1
    assert run.task("plan", 0).log == []
    for n in (0, 1):
        assert run.task("plan", n).max_tries == 2
    assert run.task("distance").max_tries == 1
    assert second["start"] - (first["start"] + first["duration"]) >= 1


# --8<-- [start:same-work]
def test_a_timeout_that_will_repeat_is_not_retried(example):
    run = example.run("same-work", role="same_work")

    plan = run.task("plan_at_once")
    assert (plan.state, plan.try_number, plan.max_tries) == ("failed", 1, 2)
    assert plan.error.startswith(TIMEOUT)
    assert not issubclass(AirflowTaskTimeout, Exception)
    # --8<-- [end:same-work]
    assert run.state == "failed"
    step = example.sibling("same_work").get_task("plan_at_once")
    assert step.python_callable("harbour") == 12
    (rule,) = step.retry_policy.rules
    assert rule.exception is AirflowTaskTimeout
    without_the_rule = example.module.longest(step)
    assert without_the_rule == seconds(3 * 1 + 2 * 300)
    example.scenario("same-work").keep("all tries and waits", f"{without_the_rule}")


# --8<-- [start:budget]
def test_the_budget_can_be_added_up_by_hand(example):
    plan, distance = (example.dag.get_task(t) for t in ("plan", "distance"))
    longest = example.module.longest

    tries, waits = 3 * 1, 1 + 2
    assert longest(plan) == seconds(tries + waits)
    assert longest(plan, copies=2) == seconds(2 * (tries + waits))
    assert longest(distance) == seconds(2 * 5 + 1)
    worst = example.module.worst_case(example.dag, copies={"plan": 2})
    assert worst == seconds(12 + 11)
    # --8<-- [end:budget]
    budget = {
        "plan, one copy": longest(plan),
        "plan, two copies in turn": longest(plan, copies=2),
        "distance": longest(distance),
        "slowest path": worst,
        "dagrun_timeout": example.dag.dagrun_timeout,
    }
    in_seconds = {name: spent.seconds for name, spent in budget.items()}
    example.scenario("budget").keep("seconds", in_seconds)
    assert example.dag.dagrun_timeout == seconds(60)


# --8<-- [start:too-tight]
def test_a_run_without_enough_time_is_an_import_error(example):
    text = example.paths.dag.read_text()
    tight = example.scratch / "tight.py"
    tight.write_text(
        text.replace(
            "dagrun_timeout=timedelta(seconds=60)",
            "dagrun_timeout=timedelta(seconds=52)",
        )
    )

    (error,) = DagBag(dag_folder=tight).import_errors.values()
    refusal = error.strip().splitlines()[-1]
    assert refusal == "ValueError: a run may need 0:00:53, but has 0:00:52"
    # --8<-- [end:too-tight]
    example.scenario("too-tight").keep("import error", refusal)


def test_a_budget_that_just_fits_is_accepted(example):
    fits = example.module.within_budget
    dag = example.dag

    assert fits(dag, copies={"plan": 2}, reserve=seconds(37)) is dag
    with pytest.raises(ValueError, match="need 0:01:00.100000, but has 0:01:00"):
        fits(dag, copies={"plan": 2}, reserve=seconds(37.1))
    dag.dagrun_timeout = None
    with pytest.raises(ValueError, match="but has None"):
        fits(dag, copies={"plan": 2}, reserve=seconds(0))


@pytest.mark.parametrize(
    ("stops", "km"),
    [
        ([], 0),
        ([(5, 0)], 10),
        ([(3, 0), (3, 4)], 3 + 4 + 5),
        ([(4, 3), (0, 3), (4, 0)], 2 * (3 + 4)),
        ([(9, 0), (1, 0), (5, 0)], 18),
    ],
)
def test_the_shortest_round_is_there_and_back(example, stops, km):
    assert example.module.shortest_round(stops) == km


def test_nothing_starts_by_a_clock(example):
    assert len(example.dags) == 2
    for dag in example.dags.values():
        assert dag.schedule is None
        assert dag.catchup is False
        assert dag.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert example.dag.get_task("distance").upstream_task_ids == {"plan"}


def test_only_the_slowest_path_counts(example):
    with DAG("paths", schedule=None) as dag:
        steps = {}
        for name, timeout in {"a": 5, "quick": 1, "slow": 7, "end": 2}.items():

            @task(
                task_id=name,
                execution_timeout=seconds(timeout),
                retries=0,
                max_active_tis_per_dagrun=1,
            )
            def step():
                return None

            steps[name] = step()
        steps["a"] >> [steps["quick"], steps["slow"]] >> steps["end"]

    assert example.module.worst_case(dag, copies={}) == seconds(5 + 7 + 2)


def test_what_has_no_bound_has_no_budget(example):
    with DAG("unbounded", schedule=None) as dag:

        @task
        def forever():
            return None

        forever()
    with pytest.raises(ValueError, match="^forever has no execution_timeout$"):
        example.module.worst_case(dag, copies={})
    with pytest.raises(ValueError, match="^plan is mapped: say how many copies"):
        example.module.worst_case(example.dag, copies={})


@pytest.mark.parametrize(
    ("copies", "at_once", "rounds"),
    [(1, 4, 1), (4, 4, 1), (5, 4, 2), (9, 4, 3), (9, None, 1)],
)
def test_copies_beyond_the_limit_wait_for_a_free_place(
    example, copies, at_once, rounds
):
    plan = example.dag.get_task("plan")
    plan.max_active_tis_per_dagrun = at_once
    assert example.module.longest(plan, copies) == seconds(rounds * 6)


@pytest.mark.parametrize(
    ("backoff", "most", "waits"),
    [
        (0, None, [3, 3, 3, 3]),
        (1, None, [3, 3, 3, 3]),
        (True, None, [5, 11, 23, 47]),
        (2, None, [5, 11, 23, 47]),
        (1.5, None, [5, 9, 13, 21]),
        (2, 20, [5, 11, 20, 20]),
    ],
)
# --8<-- [start:wait]
def test_airflow_never_waits_longer_than_the_bound(example, backoff, most, waits):
    with DAG("waiting", schedule=None) as dag:

        @task(
            retry_delay=seconds(3),
            retry_exponential_backoff=backoff,
            max_retry_delay=most and seconds(most),
        )
        def call():
            return None

        call()
    step = dag.get_task("call")

    bounds = [example.module.longest_wait(step, n + 1) for n in range(4)]
    assert bounds == [seconds(w) for w in waits]
    for n, bound in enumerate(bounds):
        assert max(real_waits(step, n + 1)) == bound
    # --8<-- [end:wait]
    if backoff == 2:
        for short in (seconds(0.2), seconds(0)):
            step.retry_delay = short
            assert example.module.longest_wait(step, 1) == seconds(1)
            assert set(real_waits(step, 1)) == {seconds(1)}
