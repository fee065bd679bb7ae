"""A running task is marked failed: on_kill stops its job, which else goes on."""

import os
import signal
from pathlib import Path

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live
CALLBACKS = ["failure callback", "retry callback", "success callback"]


def gone(pid: int) -> bool:
    """Whether a process has ended, also if its parent has not asked for its end."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def at_work(s, run) -> tuple[int, int]:
    """Wait until the load has started its job; return the ids of both processes."""
    s.wait_task(run, "load", "running")
    process = run.task(s.client, "load")["pid"]
    children = Path(f"/proc/{process}/task/{process}/children")
    (job,) = until("a job", lambda: children.read_text().split(), bool, seconds=60)
    return process, int(job)


def logged(s, run) -> list[str]:
    lines = s.client.log(run.dag_id, run.run_id, "load", 1)
    return [line["event"] for line in lines]


def marked(s, run, process: int) -> list[str]:
    """Mark the load, wait for its process, and return the callbacks in its log."""
    s.mark(run, "failed", "load")
    assert s.wait(run)["state"] == "failed"
    until("the end of the process", lambda: gone(process), bool, seconds=60)
    until("Task killed!", lambda: "Task killed!" in logged(s, run), bool, seconds=60)
    load = run.task(s.client, "load")
    assert (load["state"], load["try_number"]) == ("failed", 1)
    assert s.states(run)["report"] == "upstream_failed"
    return s.keep("callbacks", [x for x in logged(s, run) if x in CALLBACKS])


@pytest.mark.parametrize(
    ("name", "before", "after", "callback"),
    [
        ("raises", "", "", "failure callback"),
        ("retry-left", "retries=0", "retries=1", "retry callback"),
        ("returns", "raise RuntimeError", "log.warning", "success callback"),
    ],
)
def test_on_kill_stops_the_job_and_the_end_decides_the_callback(
    deployed, name, before, after, callback
):
    live, file = deployed
    with live.scenario(name) as s:
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after), "utf-8")
        left = 1 if "1" in after else 0
        load = f"/dags/{s.dag_id}/tasks/load"
        until("retries", lambda: s.client.get(load)["retries"], lambda n: n == left)
        s.unpause()
        run = s.trigger(conf={"seconds": 600})
        process, job = at_work(s, run)
        assert marked(s, run, process) == [callback]
        assert gone(job)


def test_the_job_of_a_function_goes_on_and_no_callback_is_called(live):
    with live.scenario("function", f"{live.paths.stem}__function") as s:
        s.unpause()
        run = s.trigger(conf={"seconds": 600})
        process, job = at_work(s, run)
        try:
            assert marked(s, run, process) == []
            assert not gone(job)
            s.note_step("see the job go on without its task")
        finally:
            os.kill(job, signal.SIGKILL)
