"""When each timestamp is set, and what sets it anew."""

from datetime import timedelta

import moves_tasks
import pytest
from rounds import decide, enqueue, start
from shapes import chain, single
from world import ago

FIELDS = {
    "run": (
        "run_after",
        "queued_at",
        "start_date",
        "last_scheduling_decision",
        "end_date",
    ),
    "task": (
        "scheduled_dttm",
        "queued_dttm",
        "start_date",
        "last_heartbeat_at",
        "end_date",
    ),
}


@pytest.mark.claim("table-timestamps", by="scheduler")
def test_when_each_timestamp_is_set(world, table):
    world.sync(single())
    events = [
        ("the run is made", lambda: world.trigger("single")),
        ("the scheduler sets the run `running`", lambda: start(world)),
        ("the scheduler sets the task `scheduled`", lambda: decide(world)),
        ("the scheduler sets the task `queued`", lambda: enqueue(world)),
        ("the worker reports `running`", lambda: world.begin("only")),
        ("the worker reports an end", lambda: world.report("only", "success")),
        ("the scheduler ends the run", lambda: decide(world)),
    ]
    rows, known = [], set()
    for words, event in events:
        event()
        both = {"run": world.run(), "task": world.ti("only")}
        for sort, row in both.items():
            for field in FIELDS[sort]:
                if getattr(row, field) is not None and (sort, field) not in known:
                    known.add((sort, field))
                    rows.append([f"`{field}`", sort, words])
    assert len(known) == sum(map(len, FIELDS.values()))
    table(
        "timestamps",
        "Each timestamp of a run whose only task succeeds at its first try, and the "
        "moment that sets it, in the order of time.",
        ["Field", "Of", "Set when"],
        rows,
    )


@pytest.mark.claim("clear-resets-run-times", by="rest")
def test_clearing_starts_the_clock_of_the_run_again(world):
    world.sync(single())
    run = world.trigger("single")
    world.finish()
    before = world.run()
    world.clear("single", dag_run_id=run.run_id)
    world.step()
    after = world.run()
    assert after.start_date > before.start_date
    assert after.end_date is None
    assert after.run_after == before.run_after


@pytest.mark.claim("duration-is-last-try", by="execution-api")
def test_the_duration_is_that_of_the_last_try(world):
    world.sync(single(task={"retries": 1, "retry_delay": timedelta(0)}))
    world.trigger("single")
    world.step()
    world.begin("only")
    world.report("only", "up_for_retry", end_date=ago(seconds=5).isoformat())
    first = world.ti("only").start_date
    world.step()
    world.work("only")
    ti = world.ti("only")
    assert ti.start_date > first
    seconds = (ti.end_date - ti.start_date).total_seconds()
    assert ti.duration == pytest.approx(seconds, abs=0.002)


@pytest.mark.claim("duration-is-last-poke", by="execution-api")
def test_after_a_reschedule_the_duration_is_that_of_the_last_poke(world):
    moves_tasks.reschedule(world)
    first = world.ti("only").start_date
    world.step()
    world.work("only")
    ti = world.ti("only")
    assert (ti.try_number, ti.start_date > first) == (1, True)
    seconds = (ti.end_date - ti.start_date).total_seconds()
    assert ti.duration == pytest.approx(seconds, abs=0.002)


@pytest.mark.claim("rule-skip-has-times", by="scheduler")
def test_a_task_skipped_by_its_rule_has_both_times_and_no_try(world):
    moves_tasks.task_none_skipped(world)
    ti = world.ti("last")
    assert (ti.state, ti.try_number) == ("skipped", 0)
    assert ti.start_date == ti.end_date is not None


@pytest.mark.claim("rule-skip-after-clear", by="scheduler")
def test_a_cleared_task_that_its_rule_skips_keeps_the_times_of_its_try(world):
    world.sync(chain("first", "last"))
    run = world.trigger("chain")
    world.finish()
    before = world.ti("last")
    world.clear("chain", dag_run_id=run.run_id)
    world.finish(first="skipped")
    after = world.ti("last")
    assert (after.state, after.try_number) == ("skipped", before.try_number)
    assert (after.start_date, after.end_date) == (before.start_date, before.end_date)


@pytest.mark.claim("timeout-skip-has-no-times", by="scheduler")
def test_a_task_skipped_by_the_timeout_of_its_run_has_no_times(world):
    world.sync(chain("first", "last", dagrun_timeout=timedelta(minutes=5)))
    world.trigger("chain")
    world.step()
    world.begin("first")
    world.change_run(start_date=ago(minutes=6))
    world.step()
    first, last = world.ti("first"), world.ti("last")
    assert (first.state, first.end_date) == ("skipped", None)
    assert (last.state, last.start_date, last.end_date) == ("skipped", None, None)


@pytest.mark.claim("deferral-keeps-start", by="execution-api")
def test_a_task_that_comes_back_from_its_trigger_keeps_its_start(world):
    from airflow.triggers.base import TriggerEvent

    moves_tasks.defer(world)
    first = world.ti("only").start_date
    moves_tasks.fire(world, TriggerEvent("now"))
    world.step()
    world.begin("only")
    assert world.ti("only").start_date == first
    assert world.ti("only").scheduled_dttm > first
    assert world.ti("only").try_number == 1


@pytest.mark.claim("dag-test-run-times", by="dag.test")
def test_a_run_of_dag_test_has_other_times(world):
    import dagtest

    run = dagtest.run(world, "names").run
    assert run.queued_at is None
    assert run.start_date == run.logical_date
