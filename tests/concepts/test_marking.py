"""States that a person sets."""

import pytest
from shapes import chain, spread
from world import START


def mark(world, run, state):
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}"
    answer = world.rest.patch(path, json={"state": state})
    assert answer.status_code == 200, answer.text


def half_done(world):
    """Return a run: first has succeeded, middle runs, last has not begun."""
    world.sync(chain())
    run = world.trigger("chain", logical_date=START.isoformat())
    world.step()
    world.work("first")
    world.step()
    world.begin("middle")
    return run


@pytest.mark.claim("mark-run-success", by="rest")
def test_marking_a_run_success_ends_what_runs_and_skips_the_rest(world):
    run = half_done(world)
    mark(world, run, "success")
    assert world.run().state == "success"
    assert world.states() == {
        "first": "success",
        "middle": "success",
        "last": "skipped",
    }


@pytest.mark.claim("mark-run-failed", by="rest")
def test_marking_a_run_failed_fails_what_runs_and_skips_the_rest(world):
    run = half_done(world)
    mark(world, run, "failed")
    assert world.run().state == "failed"
    assert world.states() == {"first": "success", "middle": "failed", "last": "skipped"}


@pytest.mark.claim("mark-run-each-state", by="rest")
def test_marking_a_run_failed_fails_four_states_and_skips_the_others(world):
    works = ["running", "deferred", "up_for_reschedule", "awaiting_input"]
    waits = ["scheduled", "queued", "up_for_retry", "restarting"]
    world.sync(chain())
    ends = {}
    for state in [*works, *waits]:
        run = world.trigger("chain", dag_run_id=f"with-{state}")
        world.change("last", run_id=run.run_id, state=state)
        mark(world, run, "failed")
        ends[state] = world.states(run.run_id)["last"]
    assert ends == dict.fromkeys(works, "failed") | dict.fromkeys(waits, "skipped")


@pytest.mark.claim("mark-run-mapped", by="rest")
@pytest.mark.parametrize("state", ["success", "failed"])
def test_a_mark_reaches_all_instances_of_a_mapped_task_at_work(world, state):
    world.sync(spread())
    run = world.trigger("spread")
    world.step()
    world.work("each", "skipped" if state == "success" else "success", map_index=0)
    world.begin("each", map_index=1)
    mark(world, run, state)
    ends = dict.fromkeys(("each[0]", "each[1]", "each[2]"), state)
    assert world.states() == ends | {"last": "skipped"}


@pytest.mark.claim("mark-run-teardown", by="rest")
def test_a_pending_teardown_keeps_the_run_and_the_leaves_decide(world):
    dag = chain("load", "report", "clean")
    dag.get_task("clean").as_teardown()
    world.sync(dag)
    run = world.trigger("chain")
    world.step()
    world.begin("load")
    mark(world, run, "failed")
    assert world.run().state == "running"
    assert world.states() == {"load": "failed", "report": "skipped", "clean": None}
    world.finish()
    assert world.states()["clean"] == "success"
    assert world.run().state == "success"
    mark(world, run, "failed")
    assert world.run().state == "failed"


@pytest.mark.claim("mark-run-queued-leaves", by="rest")
def test_a_failed_run_that_is_marked_queued_may_become_a_success(world):
    run = half_done(world)
    mark(world, run, "failed")
    mark(world, run, "queued")
    world.finish()
    assert world.run().state == "success"
    assert world.states() == {"first": "success", "middle": "failed", "last": "skipped"}


@pytest.mark.claim("mark-run-queued", by="rest")
def test_marking_a_run_queued_changes_no_task(world):
    run = half_done(world)
    world.report("middle", "success")
    world.finish()
    mark(world, run, "queued")
    assert world.run().state == "queued"
    assert set(world.states().values()) == {"success"}
    world.finish()
    assert world.run().state == "success"


@pytest.mark.claim("mark-run-three-states", by="rest")
def test_a_run_can_be_marked_queued_success_or_failed(world):
    world.sync(chain())
    run = world.trigger("chain")
    path = f"/api/v2/dags/chain/dagRuns/{run.run_id}"
    answers = {
        state: world.rest.patch(path, json={"state": state}).status_code
        for state in ("success", "failed", "queued", "running")
    }
    assert answers == {"success": 200, "failed": 200, "queued": 200, "running": 422}


@pytest.mark.claim("mark-task-three-states", by="rest")
def test_a_task_can_be_marked_success_failed_or_skipped(world):
    run = half_done(world)
    path = f"/api/v2/dags/chain/dagRuns/{run.run_id}/taskInstances/last"
    answers = {
        state: world.rest.patch(path, json={"new_state": state}).status_code
        for state in ("success", "failed", "skipped", "queued", "running")
    }
    assert answers == {
        "success": 200,
        "failed": 200,
        "skipped": 200,
        "queued": 422,
        "running": 422,
    }


def heartbeat(world, key):
    body = {"hostname": "worker", "pid": 1}
    return world.execution.put(f"/task-instances/{key}/heartbeat", json=body)


@pytest.mark.claim("marked-worker-told", by="execution-api")
def test_the_worker_of_a_marked_task_is_told_at_its_next_heartbeat(world):
    run = half_done(world)
    key = world.ti("middle").id
    assert heartbeat(world, key).status_code == 204
    mark(world, run, "failed")
    told = heartbeat(world, key)
    assert told.status_code == 409
    assert told.json()["detail"]["reason"] == "not_running"


@pytest.mark.claim("cleared-worker-told", by="execution-api")
def test_the_worker_of_a_cleared_task_finds_its_try_gone(world):
    run = half_done(world)
    key = world.ti("middle").id
    world.clear("chain", dag_run_id=run.run_id, task_ids=["middle"])
    assert heartbeat(world, key).status_code == 410


@pytest.mark.claim("marked-task-cannot-report", by="execution-api")
def test_a_marked_task_cannot_report_another_end(world):
    run = half_done(world)
    mark(world, run, "failed")
    assert world.report("middle", "success").status_code == 409
    assert world.states()["middle"] == "failed"
