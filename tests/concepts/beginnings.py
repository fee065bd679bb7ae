"""Where a change of state begins: runs of one task in a certain state."""

from __future__ import annotations

from shapes import single
from world import START, World


def begun(world: World, **task) -> None:
    """Have a run of one task that a worker has begun."""
    queued(world, **task)
    assert world.begin("only").status_code == 200


def queued(world: World, **task) -> None:
    """Have a run of one task that waits for a worker."""
    world.sync(single(task=task))
    world.trigger("single", logical_date=START.isoformat())
    world.step()
    assert world.states() == {"only": "queued"}


def ended(world: World, state: str) -> None:
    """Have a run of one task that has ended."""
    queued(world)
    world.finish(only=state)


def mark_run(world: World, state: str) -> None:
    run = world.run()
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}"
    answer = world.rest.patch(path, json={"state": state})
    assert answer.status_code == 200, answer.text


def mark_task(world: World, state: str, task: str = "only") -> None:
    run = world.run()
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task}"
    answer = world.rest.patch(path, json={"new_state": state})
    assert answer.status_code == 200, answer.text


def clear(world: World, task: str = "only") -> None:
    run = world.run()
    answer = world.clear(run.dag_id, dag_run_id=run.run_id, task_ids=[task])
    assert answer.status_code == 200, answer.text


def died(world, task: str = "only"):
    """Let the executor report that the process of a task has died."""
    ti = world.ti(task)
    world.executor.running.add(ti.key)
    world.executor.fail(ti.key)
    with world.session() as session:
        world.scheduler._process_executor_events(world.executor, session=session)
