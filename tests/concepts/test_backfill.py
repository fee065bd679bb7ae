"""Runs for a stretch of the past."""

import pytest
from shapes import single
from world import START, ago

THREE = [START.add(days=n) for n in range(3)]


def daily(**more):
    """Return a daily DAG whose schedule is over."""
    return single(schedule="@daily", end_date=START.add(days=30), **more)


def ask(world, days=3, **more):
    """Create a backfill of the first days of May and return the answer."""
    body = {
        "dag_id": "single",
        "from_date": START.isoformat(),
        "to_date": START.add(days=days - 1).isoformat(),
        **more,
    }
    return world.rest.post("/api/v2/backfills", json=body)


@pytest.mark.claim("backfill-each-tick", by="rest")
def test_a_backfill_makes_a_run_for_each_tick(world):
    world.sync(daily())
    assert ask(world).status_code == 200
    assert [run.logical_date for run in world.runs()] == THREE
    assert {str(run.run_type) for run in world.runs()} == {"backfill"}
    assert {run.state for run in world.runs()} == {"queued"}


@pytest.mark.claim("backfill-own-limit", by="scheduler")
def test_a_backfill_has_a_limit_of_its_own(world):
    world.sync(daily(max_active_runs=1))
    ask(world, max_active_runs=2)
    world.step()
    assert [run.state for run in world.runs()] == ["running", "running", "queued"]


@pytest.mark.claim("backfill-limit-ten", by="openapi")
def test_ten_runs_at_once_by_default(world):
    world.sync(daily())
    assert ask(world).json()["max_active_runs"] == 10


@pytest.mark.claim("backfill-skips-existing", by="rest")
def test_a_day_that_has_run_is_left_alone(world):
    world.sync(daily())
    world.trigger("single", logical_date=START.isoformat())
    assert ask(world).status_code == 200
    kinds = [str(run.run_type) for run in world.runs()]
    assert kinds == ["manual", "backfill", "backfill"]


@pytest.mark.claim("backfill-reprocess-failed", by="rest")
def test_failed_days_can_be_run_again(world):
    world.sync(daily())
    for day, state in zip(THREE[:2], ("failed", "success"), strict=True):
        run = world.trigger("single", logical_date=day.isoformat())
        world.change_run(run.run_id, state=state)
    assert ask(world, days=2, reprocess_behavior="failed").status_code == 200
    again, untouched = world.runs()
    assert (again.state, again.clear_number) == ("queued", 1)
    assert (untouched.state, untouched.clear_number) == ("success", 0)


@pytest.mark.claim("backfill-reprocess-completed", by="rest")
def test_completed_means_succeeded_days_too(world):
    world.sync(daily())
    for day, state in zip(THREE[:2], ("failed", "success"), strict=True):
        run = world.trigger("single", logical_date=day.isoformat())
        world.change_run(run.run_id, state=state)
    assert ask(world, days=2, reprocess_behavior="completed").status_code == 200
    assert [run.state for run in world.runs()] == ["queued", "queued"]


@pytest.mark.claim("backfill-relabels", by="rest")
def test_a_run_that_is_run_again_becomes_a_backfill_run(world):
    world.sync(daily())
    run = world.trigger("single", logical_date=START.isoformat())
    world.change_run(run.run_id, state="failed")
    ask(world, days=1, reprocess_behavior="failed")
    assert world.run().run_type == "backfill"
    assert world.run().run_id == run.run_id


@pytest.mark.claim("backfill-one-at-a-time", by="rest")
def test_a_dag_has_one_backfill_at_a_time(world):
    world.sync(daily())
    answers = [ask(world, days=1).status_code, ask(world).status_code]
    assert answers == [200, 409]


@pytest.mark.claim("backfill-no-future", by="rest")
def test_a_backfill_begins_in_the_past(world):
    world.sync(daily())
    tomorrow, later = ago(days=-1).isoformat(), ago(days=-2).isoformat()
    refused = ask(world, from_date=tomorrow, to_date=later)
    assert refused.status_code == 422
    assert ask(world, to_date=later).status_code == 200


@pytest.mark.claim("backfill-needs-schedule", by="rest")
def test_a_dag_without_a_schedule_has_nothing_to_fill(world):
    world.sync(single())
    assert ask(world).status_code == 422


@pytest.mark.claim("backfill-backwards-depends-on-past", by="rest")
def test_tasks_that_look_back_cannot_run_backwards(world):
    world.sync(daily(task={"depends_on_past": True}))
    backwards = {"run_backwards": True, "reprocess_behavior": "completed"}
    assert ask(world, **backwards).status_code == 422


@pytest.mark.claim("backfill-depends-on-past-needs-choice", by="rest")
def test_tasks_that_look_back_need_a_choice(world):
    world.sync(daily(task={"depends_on_past": True}))
    assert ask(world).status_code == 422
    assert ask(world, reprocess_behavior="failed").status_code == 200


@pytest.mark.claim("backfill-backwards-order", by="rest")
def test_run_backwards_makes_the_last_day_first(world):
    world.sync(daily())
    ask(world, run_backwards=True)
    assert [run.logical_date for run in world.runs()] == THREE[::-1]


@pytest.mark.claim("backfill-cancel-fails-queued", by="rest")
def test_a_cancelled_backfill_fails_what_has_not_begun(world):
    world.sync(daily())
    number = ask(world, max_active_runs=1).json()["id"]
    world.step()
    answer = world.rest.put(f"/api/v2/backfills/{number}/cancel")
    assert answer.status_code == 200
    assert [run.state for run in world.runs()] == ["running", "failed", "failed"]


@pytest.mark.claim("backfill-held-by-pause", by="scheduler")
def test_a_paused_dag_holds_its_backfill(world):
    world.sync(daily(), paused=True)
    assert ask(world).status_code == 200
    world.step(2)
    assert {run.state for run in world.runs()} == {"queued"}
    world.pause("single", paused=False)
    world.step()
    assert {run.state for run in world.runs()} == {"running"}


@pytest.mark.claim("backfill-pause-of-its-own", by="scheduler")
def test_a_backfill_can_be_paused_alone(world):
    world.sync(daily())
    number = ask(world).json()["id"]
    assert world.rest.put(f"/api/v2/backfills/{number}/pause").status_code == 200
    world.step(2)
    assert {run.state for run in world.runs()} == {"queued"}


@pytest.mark.claim("backfill-dry-run", by="rest")
def test_a_dry_run_makes_nothing(world):
    world.sync(daily())
    body = {
        "dag_id": "single",
        "from_date": START.isoformat(),
        "to_date": START.isoformat(),
    }
    answer = world.rest.post("/api/v2/backfills/dry_run", json=body)
    assert answer.json()["total_entries"] == 1
    assert world.runs() == []
