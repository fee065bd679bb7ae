"""The parent's retry runs the child again; by hand only what failed runs again."""

import pytest

from dagbook.live.client import run_path
from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live


def tries(s, run) -> dict[str, int]:
    path = f"{run_path(run.dag_id, run.run_id)}/taskInstances"
    rows = s.client.get(path)["task_instances"]
    return {row["task_id"]: row["try_number"] for row in rows}


def test_retry_of_the_parent_runs_the_child_again(live):
    locked = live.cluster.tasks_tmp / "sales.locked"
    child = f"{live.paths.stem}__load"
    with live.scenario("retried") as s:
        s.unpause()
        s.unpause(child)
        locked.touch()
        parent = s.trigger()
        s.wait_runs(1, dag_id=child, state="failed")
        locked.unlink()
        assert s.wait(parent)["state"] == "success"
        [run] = s.wait_runs(1, dag_id=child, state="success")
        assert run.run_id == f"load-for-{parent.run_id}"
        assert s.keep("tries of the child's tasks", tries(s, run)) == {
            "extract": 2,
            "write": 2,
        }


def test_by_hand_only_what_failed_runs_again(live):
    locked = live.cluster.tasks_tmp / "sales.locked"
    child = f"{live.paths.stem}__load"
    with live.scenario("by-hand") as s:
        s.unpause()
        s.unpause(child)
        locked.touch()
        parent = s.trigger()
        assert s.wait(parent)["state"] == "failed"
        locked.unlink()
        run = LiveRun(child, f"load-for-{parent.run_id}")
        s.clear(run, only_failed=True)
        s.wait(run, "success")
        s.mark(parent, "success", "load")
        s.wait_task(parent, "report", "success")
        assert s.wait(parent)["state"] == "success"
        assert s.keep("tries of the child's tasks", tries(s, run)) == {
            "extract": 2,
            "write": 3,
        }
