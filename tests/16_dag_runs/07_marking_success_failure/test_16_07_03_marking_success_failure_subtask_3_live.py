"""A run with a pending teardown is marked failed on a real scheduler, twice."""

import pytest

pytestmark = pytest.mark.live


def test_a_run_marked_failed_becomes_a_success_until_it_is_marked_again(live):
    with live.scenario("teardown", f"{live.paths.stem}__teardown") as s:
        s.unpause()
        run = s.trigger(conf={"seconds": 600})
        s.wait_task(run, "load", "running")
        s.mark(run, "failed")
        assert s.wait(run)["state"] == "success"
        assert s.keep("in the end", s.states(run)) == {
            "lock": "success",
            "extract": "success",
            "load": "failed",
            "report": "skipped",
            "release": "success",
        }
        s.mark(run, "failed")
        s.stays(
            "the run is failed now",
            lambda: s.client.run(run.dag_id, run.run_id)["state"],
            "failed",
            seconds=4,
        )
