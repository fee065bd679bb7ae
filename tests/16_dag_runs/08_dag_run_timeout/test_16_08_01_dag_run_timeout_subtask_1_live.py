"""A real scheduler ends the run, and the worker stops the process of its task."""

from datetime import datetime

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live

TOLD = (
    "Server indicated the task shouldn't be running anymore. Terminating process",
    "Task killed!",
)


def test_the_run_fails_and_its_tasks_are_skipped(live):
    with live.scenario("too-long") as s:
        s.unpause()
        run = s.trigger(conf={"seconds": 120})
        s.wait_task(run, "extract", "running")
        told = s.wait(run, "failed")

        ends = [datetime.fromisoformat(told[key]) for key in ("start_date", "end_date")]
        assert 30 <= (ends[1] - ends[0]).total_seconds() < 90
        states = s.states(run)
        assert states == {"extract": "skipped", "load": "skipped"}
        s.keep("states", {"the run": told["state"], **states})

        def log() -> list[str]:
            rows = s.client.log(run.dag_id, run.run_id, "extract", 1)
            events = [str(row["event"]) for row in rows]
            return [line for line in TOLD if any(line in event for event in events)]

        killed = until("Task killed!", log, lambda lines: len(lines) == 2, seconds=60)
        s.keep("log of extract", killed)
