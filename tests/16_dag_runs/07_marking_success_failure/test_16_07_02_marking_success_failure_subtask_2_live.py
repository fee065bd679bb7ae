"""A running task is marked failed: with on_kill its job stops, without it runs on."""

import os
import signal
from pathlib import Path

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked about yet has, too."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        )
    except FileNotFoundError:
        return True


def wait_for(what: str, look, seconds: float = 180):
    return until(what, look, bool, seconds=seconds)


def errors(s, run) -> list[str]:
    """What the log of the try says, as an error or a warning."""
    lines = s.client.log(run.dag_id, run.run_id, "water", 1)
    return [x["event"] for x in lines if x.get("level") in ("error", "warning")]


def gardener(live, run) -> list[str]:
    book = live.cluster.tasks_tmp / "gardener"
    lines = book.read_text().splitlines() if book.exists() else []
    own = f"{run.run_id}: "
    return [line.removeprefix(own) for line in lines if line.startswith(own)]


# --8<-- [start:stopped]
def test_on_kill_stops_the_job_and_no_retry_comes(live):
    house = live.cluster.tasks_tmp / "tomatoes"
    with live.scenario("stopped") as s:
        s.unpause()
        run = s.trigger(conf={"wait": True})
        wait_for("the tank to be dry", (house / f"{run.run_id}.meter.dry").exists)
        s.note_step("see the tank dry, and the task wait for rain")
        pump = int((house / "lease").read_text().split()[1])
        process = run.task(s.client, "water")["pid"]

        s.mark(run, "failed", "water")
        assert s.wait(run)["state"] == "failed"
        assert s.xcom(run, "report") == {"water": "failed", "litres": 5}
        assert gone(pump)
        assert not (house / "lease").exists()
        water = run.task(s.client, "water")
        assert (water["state"], water["try_number"], water["max_tries"]) == (
            "failed",
            1,
            1,
        )
        # --8<-- [end:stopped]
        s.keep("report", s.xcom(run, "report"))
        assert s.states(run)["fertilise"] == "upstream_failed"
        wait_for("the end of the process", lambda: gone(process))
        wait_for("the last line of the log", lambda: "Task killed!" in errors(s, run))
        s.keep("warnings and errors in the log", errors(s, run))
        s.keep("told to the gardener", gardener(live, run))


# --8<-- [start:unheard]
def test_without_on_kill_the_water_runs_on(live):
    house = live.cluster.tasks_tmp / "melons"
    conf = {"litres": 9000, "tank": 9000}
    with live.scenario("unheard", f"{live.paths.stem}__unheard") as s:
        s.unpause()
        run = s.trigger(conf=conf)
        wait_for("water", lambda: (house / "lease").exists())
        s.wait_task(run, "water", "running")
        pump = int((house / "lease").read_text().split()[1])
        process = run.task(s.client, "water")["pid"]
        try:
            s.mark(run, "failed", "water")
            s.wait_task(run, "report", "running")
            wait_for("the end of the process", lambda: gone(process))
            s.note_step("see the process of the task gone")
            meter = house / f"{run.run_id}.meter"
            before = meter.stat().st_size
            wait_for("more water", lambda: meter.stat().st_size > before)
            s.note_step("see the meter count on")
            assert s.client.run(run.dag_id, run.run_id)["state"] == "running"
        finally:
            os.kill(pump, signal.SIGKILL)
            (house / "lease").unlink()
        s.note_step("turn the pump off by hand")
        assert s.wait(run)["state"] == "failed"
        # --8<-- [end:unheard]
        s.keep("warnings and errors in the log", errors(s, run))
        s.keep("told to the gardener", gardener(live, run))
        assert s.states(run) == {
            "water": "failed",
            "report": "success",
            "fertilise": "upstream_failed",
        }
