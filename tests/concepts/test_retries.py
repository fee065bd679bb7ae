"""Retries: who decides, and how long the wait is."""

from datetime import timedelta

import pendulum
import pytest
from shapes import single
from world import START


def delays(world, tries=7, **task):
    """Return the waits after each try, in seconds, by Airflow's own arithmetic."""
    world.sync(single(task={"retries": tries, **task}))
    world.trigger("single", logical_date=START.isoformat(), dag_run_id="first-of-may")
    from airflow.models.dagbag import DBDagBag
    from airflow.models.taskinstance import TaskInstance

    end = pendulum.datetime(2026, 5, 1, 12, tz="UTC")
    found = []
    with world.session() as session:
        ti = session.query(TaskInstance).one()
        dag = DBDagBag().get_latest_version_of_dag("single", session=session)
        ti.task = dag.get_task("only")
        for number in range(1, tries + 1):
            ti.try_number, ti.end_date = number, end
            found.append((ti.next_retry_datetime() - end).total_seconds())
        session.rollback()
    return found


@pytest.mark.claim("max-tries-is-retries", by="scheduler")
def test_max_tries_is_the_number_of_retries(world):
    world.sync(single(task={"retries": 2}))
    world.trigger("single")
    assert world.ti("only").max_tries == 2


@pytest.mark.claim("try-number-begins-at-zero", by="scheduler")
def test_the_try_number_is_zero_until_the_scheduler_counts(world):
    world.sync(single())
    world.trigger("single")
    assert world.ti("only").try_number == 0
    world.step()
    assert world.states() == {"only": "queued"}
    assert world.ti("only").try_number == 1
    world.begin("only")
    assert world.ti("only").try_number == 1


@pytest.mark.claim("failure-keeps-try-number", by="execution-api")
def test_a_failure_does_not_count(world):
    world.sync(single(task={"retries": 1}))
    world.trigger("single")
    world.step()
    world.begin("only")
    world.report("only", "up_for_retry")
    assert world.ti("only").try_number == 1


@pytest.mark.claim("server-says-should-retry", by="execution-api")
@pytest.mark.parametrize(("retries", "may"), [(0, False), (1, True)])
def test_the_server_tells_the_worker_whether_to_retry(world, retries, may):
    world.sync(single(task={"retries": retries}))
    world.trigger("single")
    world.step()
    assert world.begin("only").json()["should_retry"] is may


@pytest.mark.claim("retry-delay-default", by="config")
def test_the_defaults_of_retries():
    from airflow.configuration import conf

    assert conf.getint("core", "default_task_retries") == 0
    assert conf.getint("core", "default_task_retry_delay") == 300
    assert conf.getint("core", "max_task_retry_delay") == 86400


@pytest.mark.claim("retry-delay-constant", by="model")
def test_without_backoff_the_wait_is_the_delay(world):
    assert set(delays(world, retry_delay=timedelta(seconds=10))) == {10}


@pytest.mark.claim("backoff-multiplier", by="model")
def test_backoff_is_a_multiplier_and_true_means_two(world):
    from airflow.serialization.serialized_objects import DagSerialization

    found = {}
    for given in (True, 1.5, False):
        dag = single(task={"retries": 1, "retry_exponential_backoff": given})
        back = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        found[given] = back.get_task("only").retry_exponential_backoff
    assert found == {True: 2.0, 1.5: 1.5, False: 0}


@pytest.mark.claim("backoff-formula", by="model")
@pytest.mark.parametrize("factor", [2.0, 3.0])
def test_the_wait_lies_between_one_and_two_times_the_power(world, factor):
    waits = delays(
        world, retry_delay=timedelta(seconds=10), retry_exponential_backoff=factor
    )
    for number, wait in enumerate(waits, 1):
        base = 10 * factor ** (number - 1)
        assert base <= wait < 2 * base


@pytest.mark.claim("backoff-deterministic", by="model")
def test_the_same_try_always_waits_as_long(world):
    given = {"retry_delay": timedelta(seconds=10), "retry_exponential_backoff": 2.0}
    first = delays(world, 3, **given)
    with world.session() as session:
        from airflow.models.dagrun import DagRun

        session.query(DagRun).delete()
    assert delays(world, 3, **given) == first


@pytest.mark.claim("backoff-cap", by="model")
def test_two_limits_cap_the_wait(world):
    waits = delays(
        world,
        retry_delay=timedelta(minutes=10),
        retry_exponential_backoff=2.0,
        max_retry_delay=timedelta(minutes=30),
    )
    assert waits[-1] == 1800
    with world.session() as session:
        from airflow.models.dagrun import DagRun

        session.query(DagRun).delete()
    huge = delays(
        world, 40, retry_delay=timedelta(minutes=10), retry_exponential_backoff=2.0
    )
    assert huge[-1] == 86400


@pytest.mark.claim("cap-needs-backoff", by="model")
def test_the_limits_do_not_touch_a_constant_delay(world):
    waits = delays(
        world, 2, retry_delay=timedelta(hours=2), max_retry_delay=timedelta(hours=1)
    )
    assert set(waits) == {7200}


@pytest.mark.claim("table-backoff", by="model")
def test_the_waits_of_an_example(world, table):
    waits = delays(
        world, 7, retry_delay=timedelta(seconds=10), retry_exponential_backoff=2.0
    )
    rows = []
    for number, wait in enumerate(waits, 1):
        base = 10 * 2 ** (number - 1)
        rows.append(
            [str(number), f"{base} s", f"{base} to {2 * base - 1} s", f"{wait:g} s"]
        )
    table(
        "backoff",
        "Waits with `retry_delay` of 10 s and `retry_exponential_backoff=2.0`, for one "
        "task of one run. Another task or another logical date has other waits in the "
        "same ranges.",
        ["After try", "Delay × 2ⁿ⁻¹", "Range", "This task"],
        rows,
    )


@pytest.mark.claim("policy-overrides-delay", by="execution-api")
def test_a_policy_may_choose_another_delay(world):
    world.sync(single(task={"retries": 1, "retry_delay": timedelta(hours=1)}))
    world.trigger("single")
    world.step()
    world.begin("only")
    world.report("only", "up_for_retry", retry_delay_seconds=5.0, retry_reason="busy")
    ti = world.ti("only")
    assert (ti.retry_delay_override, ti.retry_reason) == (5.0, "busy")
    assert (ti.next_retry_datetime() - ti.end_date).total_seconds() == 5


@pytest.mark.claim("policy-decides-by-exception", by="dag.test")
def test_a_policy_can_refuse_a_retry(world):
    import dagtest

    ran = dagtest.run(world, "policy")
    assert ran.states == {"refused": "failed", "busy": "success"}
    assert ran.tis["refused"].try_number == 1
    assert ran.tis["busy"].try_number == 2


@pytest.mark.claim("fail-exception-ends-retries", by="dag.test")
def test_one_exception_ends_all_retries(world):
    import dagtest

    ran = dagtest.run(world, "policy:policy__final")
    assert ran.states == {"hopeless": "failed"}
    assert ran.tis["hopeless"].try_number == 1
