"""The run that a schedule creates, beside a run with a conf."""

import pytest

pytestmark = pytest.mark.live


def test_a_scheduled_run_has_an_empty_conf(live):
    with live.scenario("scheduled-and-manual") as s:
        s.unpause()
        [scheduled] = s.wait_runs(1, state="success", run_type="scheduled")
        sent = s.trigger(conf={"region": "south"})
        assert s.wait(sent)["state"] == "success"

        assert s.xcom(scheduled, "outlet")["conf"] == {}
        assert s.xcom(sent, "outlet")["conf"] == {"region": "south"}
        assert s.xcom(scheduled, "report") == "north, step 10"
        assert s.xcom(sent, "report") == "south, step 10"
