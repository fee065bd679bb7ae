"""Ticks that passed while nobody ran the DAG."""

from datetime import timedelta

import pendulum
import pytest
from shapes import single
from test_dates import ticks
from world import START


@pytest.mark.claim("catchup-off-by-default", by="config")
def test_catchup_is_off_by_default():
    from airflow.configuration import conf
    from airflow.sdk import DAG

    assert conf.getboolean("scheduler", "catchup_by_default") is False
    assert DAG("plain", schedule="@daily", start_date=START).catchup is False


@pytest.mark.claim("no-catchup-newest-tick", by="scheduler")
def test_without_catchup_only_the_newest_tick_becomes_a_run(world):
    world.sync(single(schedule="@daily"))
    world.step(3)
    midnight = pendulum.now("UTC").start_of("day")
    assert [run.logical_date for run in world.runs()] == [midnight]


@pytest.mark.claim("catchup-every-tick", by="scheduler")
def test_with_catchup_each_missed_tick_becomes_a_run(world):
    world.sync(single(schedule="@daily", catchup=True, end_date=START.add(days=3)))
    world.step(6)
    days = [run.logical_date for run in world.runs()]
    assert days == [START.add(days=n) for n in range(4)]


@pytest.mark.claim("catchup-runs-together", by="scheduler")
def test_catchup_runs_are_active_together_up_to_the_limit(world):
    world.sync(single(schedule="@daily", catchup=True, max_active_runs=3))
    world.step(6)
    assert [run.state for run in world.runs()] == ["running"] * 3


@pytest.mark.claim("catchup-makes-no-more-than-may-run", by="scheduler")
def test_the_scheduler_makes_no_run_that_could_not_start(world):
    world.sync(single(schedule="@daily", catchup=True, max_active_runs=2))
    world.step(6)
    assert len(world.runs()) == 2
    world.work("only", run_id=world.runs()[0].run_id)
    world.step(3)
    assert len(world.runs()) == 3


@pytest.mark.claim("catchup-needs-start-date", by="model")
def test_catchup_needs_a_start_date():
    from airflow.sdk import DAG

    with pytest.raises(ValueError, match="start_date is required when catchup=True"):
        DAG("plain", schedule="@daily", catchup=True)


@pytest.mark.claim("pause-then-newest", by="scheduler")
def test_after_a_pause_the_newest_tick_alone_runs(world):
    first = ticks("@daily", 1)[0]
    (following,) = ticks("@daily", 1, catchup=False, last=first)
    assert following.run_after == pendulum.now("UTC").start_of("day")


@pytest.mark.claim("pause-then-all", by="scheduler")
def test_after_a_pause_catchup_fills_the_gap(world):
    first = ticks("@daily", 1)[0]
    following = ticks("@daily", 3, last=first)
    assert [tick.run_after for tick in following] == [
        START.add(days=n) for n in (1, 2, 3)
    ]


@pytest.mark.claim("delta-drifts", by="timetable")
def test_a_timedelta_without_catchup_does_not_keep_to_the_start_date():
    before = pendulum.now("UTC")
    (tick,) = ticks(timedelta(days=1), 1, catchup=False)
    assert before <= tick.run_after <= pendulum.now("UTC")


@pytest.mark.claim("delta-catchup-keeps-to-start", by="timetable")
def test_a_timedelta_with_catchup_counts_from_the_start_date():
    found = ticks(timedelta(days=1), 2, start=START.add(hours=7))
    assert [tick.run_after for tick in found] == [
        START.add(hours=7),
        START.add(days=1, hours=7),
    ]
