"""On a real scheduler a pause freezes a retry, and the unpause lets it run."""

import pytest

pytestmark = pytest.mark.live


def test_retry_waits_while_the_dag_is_paused(deployed):
    live, file = deployed
    slow = file.read_text("utf-8").replace("(seconds=1)", "(seconds=20)")
    file.write_text(slow, "utf-8")
    with live.scenario("retry-frozen", "62_06_02_pause_error_handling__fixed") as s:
        s.unpause()
        run = s.trigger()
        s.wait_task(run, "extract", "up_for_retry")
        s.pause()
        s.stays(
            "extract is up_for_retry",
            lambda: s.states(run)["extract"],
            "up_for_retry",
            seconds=25,
        )
        s.unpause()
        assert s.wait(run)["state"] == "success"
