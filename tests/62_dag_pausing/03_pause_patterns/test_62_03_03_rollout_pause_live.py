"""The first run of a new DAG after its unpause, on a real scheduler."""

import pytest

pytestmark = pytest.mark.live


def test_unpause_starts_one_run_and_a_second_unpause_none(live):
    with live.scenario("canary") as s:
        s.unpause()
        s.wait_runs(1, state="success", run_type="scheduled")
        s.pause()
        s.unpause()
        s.stays("no second run", lambda: len(s.runs()), 1, seconds=6)
        kinds = [run["run_type"] for run in s.runs()]
        assert s.keep("runs", kinds) == ["scheduled"]
        s.pause()
