"""A second triggered run skips, and ticks of a schedule are dropped during a run."""

from itertools import pairwise

import pytest

from dagbook.live.client import quoted

pytestmark = pytest.mark.live


def test_the_second_run_skips(live):
    with live.scenario("second") as s:
        s.unpause()
        first = s.trigger(conf={"seconds": 20})
        s.wait_task(first, "load", "running")
        second = s.trigger()
        assert s.wait(second)["state"] == "success"
        assert s.states(second) == {"only_one": "skipped", "load": "skipped"}
        assert s.wait(first)["state"] == "success"
        s.pause()


def test_ticks_that_pass_during_a_run_make_no_run(live):
    scheduled = f"{live.paths.stem}__scheduled"
    with live.scenario("ticks", scheduled) as s:
        s.unpause()
        s.wait_runs(3, state="success")
        s.pause()

        rows = sorted(s.runs(), key=lambda run: run["start_date"] or "9")
        for before, after in pairwise(rows[:3]):
            assert before["end_date"] <= after["start_date"]
            assert before["logical_date"] < after["logical_date"]
        for late in rows[3:]:  # the scheduler was faster than the pause
            path = f"/dags/{quoted(scheduled)}/dagRuns/{quoted(late['dag_run_id'])}"
            s.client.patch(path, {"state": "failed"})
            s.client.request("DELETE", f"/api/v2{path}")
