"""Things that break while a run is under way: it ends as its page says, or says why."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

SLOW = 150


def gate_pid(folder: Path, try_number: int) -> int:
    """Wait until the gate's process of this try has said who it is."""
    note = folder / f"gate.{try_number}.pid"
    return int(
        until(
            f"try {try_number} of gate to start",
            lambda: note.read_text() if note.exists() else "",
            lambda text: text.isdigit(),
            seconds=SLOW,
        )
    )


def test_a_killed_task_process_costs_one_try(live):
    with live.scenario("task-killed", "live_gate") as s:
        s.unpause()
        run = s.trigger(conf={"folder": str(live.folder)})
        os.kill(gate_pid(live.folder, 1), signal.SIGKILL)
        s.note_step("kill the process of gate")
        gate_pid(live.folder, 2)
        (live.folder / "open").touch()
        assert s.wait(run, seconds=SLOW)["state"] == "success"
        assert s.xcom(run, "after") == "went through on try 2"
        gate = next(t for t in s.data()["runs"][0]["tasks"] if t["task_id"] == "gate")
        # The supervisor of the task saw its process end and reported that.
        assert gate["path"] == ["running", "failed", "running", "success"]


def test_a_killed_worker_is_noticed_by_its_missing_heartbeat(live):
    with live.scenario("worker-killed", "live_gate") as s:
        s.unpause()
        run = s.trigger(conf={"folder": str(live.folder)})
        task = psutil.Process(gate_pid(live.folder, 1))
        # LocalExecutor's worker is the parent of the task's process.
        worker = task.parent()
        assert worker is not None
        assert "LocalExecutor" in " ".join(worker.cmdline())
        # Nobody is left who could report the failure.
        worker.kill()
        task.kill()
        s.note_step("kill the worker together with its task")
        gate_pid(live.folder, 2)
        (live.folder / "open").touch()
        assert s.wait(run, seconds=SLOW)["state"] == "success"
        assert s.xcom(run, "after") == "went through on try 2"


def test_a_killed_scheduler_takes_up_the_run_where_it_was(live):
    with live.scenario("scheduler-killed", "live_gate") as s:
        s.unpause()
        run = s.trigger(conf={"folder": str(live.folder)})
        gate_pid(live.folder, 1)
        live.cluster.keeping.stop("scheduler", signal="SIGKILL")
        s.note_step("kill the scheduler")
        (live.folder / "open").touch()
        s.wait_task(run, "gate", "success", seconds=SLOW)
        s.stays(
            "nothing schedules the next task",
            lambda: s.states(run)["after"],
            None,
            seconds=3,
        )
        live.cluster.start_component("scheduler")
        s.note_step("start a scheduler")
        assert s.wait(run, seconds=SLOW)["state"] == "success"
        assert s.xcom(run, "after") == "went through on try 1"


def test_a_database_that_crashes_loses_no_run(live):
    if live.cluster.postgres is None:
        pytest.skip("SQLite is a file: it cannot be restarted")
    with live.scenario("database-restarted", "live_gate") as s:
        s.unpause()
        run = s.trigger(conf={"folder": str(live.folder)})
        gate_pid(live.folder, 1)
        live.cluster.keeping.stop("postgres", signal="SIGQUIT")
        s.note_step("crash PostgreSQL")
        live.cluster.postgres.start(live.cluster.keeping)
        s.note_step("start PostgreSQL")
        (live.folder / "open").touch()
        ended: set[str] = set()

        def look():
            # What does not survive the loss of its connection is started again, as a
            # process manager would.
            ended.update(live.cluster.restart_ended())
            return s.client.run(run.dag_id, run.run_id)["state"]

        over = until(
            "the run to be over",
            look,
            lambda state: state in ("success", "failed"),
            seconds=SLOW,
            patient=True,
        )
        assert over == "success"
        assert s.xcom(run, "after") == "went through on try 1"
        assert ended <= {"scheduler", "dag-processor", "triggerer"}


def test_a_killed_triggerer_leaves_its_tasks_to_the_next_one(live):
    with live.scenario("triggerer-killed", "live_waits") as s:
        s.unpause()
        run = s.trigger()
        s.wait_task(run, "deferred", "deferred")
        live.cluster.keeping.stop("triggerer", signal="SIGKILL")
        s.note_step("kill the triggerer")
        s.wait_task(run, "poke", "success")
        s.stays(
            "nobody wakes the deferred task",
            lambda: s.states(run)["deferred"],
            "deferred",
            seconds=6,
        )
        live.cluster.start_component("triggerer")
        s.note_step("start a triggerer")
        assert s.wait(run, seconds=SLOW)["state"] == "success"
        assert s.states(run)["deferred"] == "success"


def test_after_all_this_nothing_is_stuck_and_nothing_is_missing(live):
    client = live.cluster.client
    assert live.cluster.restart_ended() == []
    stuck = [
        (ti["dag_id"], ti["task_id"], ti["state"])
        for ti in client.pages(
            "/dags/~/dagRuns/~/taskInstances",
            "task_instances",
            state=["queued", "running", "scheduled", "deferred", "up_for_retry"],
        )
        if ti["dag_id"].startswith("live_")
    ]
    assert stuck == []
    assert set(live.cluster.client.health().values()) == {"healthy"}
