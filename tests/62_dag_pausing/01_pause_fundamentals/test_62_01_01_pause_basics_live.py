"""A paused DAG on a real scheduler: its run waits until the unpause."""

import pytest

pytestmark = pytest.mark.live


def test_runs_wait_for_the_unpause(live):
    with live.scenario("unpaused") as s:
        s.pause()
        run = s.trigger()
        s.stays(
            "the run is queued",
            lambda: s.client.run(run.dag_id, run.run_id)["state"],
            "queued",
            seconds=4,
        )
        s.unpause()
        assert s.wait(run)["state"] == "success"
        s.wait_runs(1, state="success", run_type="scheduled")
        kinds = sorted(one["run_type"] for one in s.runs())
        assert s.keep("runs", kinds) == ["manual", "scheduled"]
