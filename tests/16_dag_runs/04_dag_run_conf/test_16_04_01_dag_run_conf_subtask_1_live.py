"""The run that a schedule creates, beside the run that a person starts."""

import pytest

pytestmark = pytest.mark.live


# --8<-- [start:scheduled]
def test_a_scheduled_run_has_an_empty_conf(live):
    with live.scenario("scheduled-and-manual") as s:
        s.unpause()
        [scheduled] = s.wait_runs(1, state="success", run_type="scheduled")
        typed = s.trigger(conf={"round_to": 5})
        assert s.wait(typed)["state"] == "success"

        assert s.xcom(scheduled, "inputs")["conf"] == {}
        assert s.xcom(scheduled, "inputs")["changed"] == {}
        assert s.xcom(typed, "inputs")["conf"] == {"round_to": 5}
        s.keep("prices of the scheduled run", s.xcom(scheduled, "shop"))
        s.keep("prices of the typed run", s.xcom(typed, "shop"))
        # --8<-- [end:scheduled]
        assert s.xcom(scheduled, "shop") == {"tea": 630, "coffee": 1050, "cocoa": 410}
        assert s.xcom(typed, "shop") == {"tea": 630, "coffee": 1050, "cocoa": 405}
