"""A continuous DAG starts its next run when the last one is over."""

import pytest

pytestmark = pytest.mark.live


def test_continuous_begins_again_when_the_run_is_over(live):
    with live.scenario("continuous", f"{live.paths.stem}__continuous") as s:
        s.unpause()
        s.wait_runs(3, state="success", run_type="scheduled")
        s.pause()
        runs = [run for run in s.runs() if run["state"] == "success"][:3]
        pairs = list(zip(runs, runs[1:], strict=False))
        assert all(one["end_date"] <= two["start_date"] for one, two in pairs)
        joined = [a["data_interval_end"] == b["data_interval_start"] for a, b in pairs]
        assert s.keep("intervals join without a gap", all(joined))
        first = s.keep("first interval begins", runs[0]["data_interval_start"])
        assert first == "2026-04-01T08:00:00Z"
