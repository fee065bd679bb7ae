"""Two events that a paused consumer misses, and one posted after its unpause."""

import pytest

pytestmark = pytest.mark.live


def test_one_posted_event_brings_the_missed_ones(live):
    report = f"{live.paths.stem}__report"
    with live.scenario("missed") as s:
        s.unpause()
        s.unpause(report)
        s.asset_event("sales_table", {"why": "takes the events from before"})
        s.wait_runs(1, dag_id=report, state="success")
        s.pause(report)
        for _ in range(2):
            assert s.wait(s.trigger())["state"] == "success"
        s.unpause(report)
        s.stays("no run for missed events", lambda: len(s.runs(report)), 1, seconds=6)
        s.asset_event("sales_table", {"why": "after a pause"})
        runs = s.wait_runs(2, dag_id=report, state="success")
        count = s.xcom(runs[1], "report")
        assert s.keep("events that the second run counts", count) == 3
        s.pause()
        s.pause(report)
