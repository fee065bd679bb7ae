"""execution_timeout limits one try; a retry policy ends the task at the first."""

from datetime import UTC, datetime, timedelta

from airflow.models.taskinstance import TaskInstance
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.serialization.serialized_objects import create_scheduler_operator


def test_each_try_has_the_whole_execution_timeout(example):
    run = example.run()

    tries = run.task("load").tries
    assert [one["state"] for one in tries] == ["failed", "success"]
    first, second = tries
    assert run.task("load").errors[0].startswith("AirflowTaskTimeout: Timeout, PID: ")
    assert 1 <= first["duration"] < 30
    assert second["start"] - (first["start"] + first["duration"]) >= 1  # retry_delay
    assert (run.state, run.value("load")) == ("success", 3)
    assert run.task("load").log == []  # nothing was caught by except Exception


def test_dagrun_timeout_is_longer_than_all_tries_and_waits(example):
    load = example.dag.get_task("load")

    tries = (load.retries + 1) * load.execution_timeout
    assert tries + load.retries * load.retry_delay == timedelta(seconds=3)
    assert example.dag.dagrun_timeout == timedelta(minutes=10)


def test_policy_fails_the_task_at_the_first_timeout(example):
    run = example.run("fail-at-once", role="fail_at_once")

    load = run.task("load")
    assert (load.state, load.try_number, load.max_tries) == ("failed", 1, 1)
    assert load.error.startswith("AirflowTaskTimeout: Timeout, PID: ")
    assert run.state == "failed"


def first_waits(**how) -> str:
    """Return the shortest and longest first wait that Airflow gives 400 tasks."""
    step = EmptyOperator(task_id="call", retry_delay=timedelta(seconds=30), **how)
    ti = TaskInstance(create_scheduler_operator(step), dag_version_id=None)
    ti.try_number, ti.end_date = 1, datetime(2026, 5, 1, tzinfo=UTC)
    found = set()
    for n in range(400):  # the spread is derived from the task's name
        ti.task_id = f"call_{n}"
        found.add((ti.next_retry_datetime() - ti.end_date).seconds)
    return f"{min(found)} to {max(found)} s"


def test_backoff_can_almost_double_a_wait(example):
    backoff = {"retry_exponential_backoff": 2}
    capped = {**backoff, "max_retry_delay": timedelta(seconds=40)}

    assert example.scenario("backoff").keep(
        "first wait of 400 tasks with retry_delay 30 s",
        {
            "fixed": first_waits(),
            "retry_exponential_backoff=2": first_waits(**backoff),
            "with max_retry_delay 40 s": first_waits(**capped),
        },
    ) == {
        "fixed": "30 to 30 s",
        "retry_exponential_backoff=2": "30 to 59 s",
        "with max_retry_delay 40 s": "30 to 40 s",
    }
