"""While three triggered runs work one after the other, no scheduled run begins."""

import pytest

from dagbook.live.client import quoted

pytestmark = pytest.mark.live


def test_the_schedule_waits_for_the_triggered_runs(live):
    with live.scenario("blocked") as s:
        runs = [s.trigger(conf={"seconds": 25}) for _ in range(3)]
        s.unpause()
        for run in runs:
            assert s.wait(run)["state"] == "success"
        s.wait_runs(2, state="success", run_type="scheduled")
        s.pause()

        rows = sorted(s.runs(), key=lambda run: run["start_date"] or "9")
        types = s.keep("order of the starts", [row["run_type"] for row in rows[:5]])
        assert types == ["scheduled", "manual", "manual", "manual", "scheduled"]
        first, last = rows[0]["logical_date"], rows[4]["logical_date"]
        assert last > first
        for late in rows[5:]:  # a tick that fell into the last second
            path = (
                f"/dags/{quoted(late['dag_id'])}/dagRuns/{quoted(late['dag_run_id'])}"
            )
            s.client.patch(path, {"state": "failed"})
            s.client.request("DELETE", f"/api/v2{path}")
