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
        assert gate["path"] == ["running", "up_for_retry", "running", "success"]


def test_a_killed_worker_is_noticed_by_its_missing_heartbeat(live):
    with live.scenario("worker-killed", "live_gate") as s:
        s.unpause()
        run = s.trigger(conf={"folder": str(live.folder)})
        task = psutil.Process(gate_pid(live.folder, 1))
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
        ended = live.cluster.restart_ended()
        s.keep("components that ended with the database", ended)
        (live.folder / "open").touch()
        over = s.wait(run, seconds=SLOW, patient=True)
        assert over["state"] == "success"
        assert s.client.run(run.dag_id, run.run_id)["state"] == "success"
        print(ended, s.states(run), s.xcom(run, "after"))
