"""The run that the schedule itself creates, and its four dates."""

from datetime import datetime, timedelta

import pytest

pytestmark = pytest.mark.live

DATES = ("logical_date", "data_interval_start", "data_interval_end", "run_after")


# --8<-- [start:four-dates]
def test_a_scheduled_run_has_four_equal_dates(live):
    with live.scenario("four-dates") as s:
        s.unpause()
        [scheduled] = s.wait_runs(1, state="failed", run_type="scheduled")
        run = s.client.run(scheduled.dag_id, scheduled.run_id)

        tick = datetime.fromisoformat(run["logical_date"])
        assert {run[name] for name in DATES} == {run["logical_date"]}
        assert (tick.hour, tick.minute, tick.second) == (0, 0, 0)
        assert datetime.fromisoformat(run["start_date"]) - tick < timedelta(days=1)
        s.keep("different dates of the run", len({run[name] for name in DATES}))
        s.keep("time of day of all four", f"{tick:%H:%M}")
        # --8<-- [end:four-dates]

        assert s.xcom(scheduled, "by_interval")["from"] == tick.isoformat()
        window = s.xcom(scheduled, "by_window")
        assert window["from"] == (tick - timedelta(days=1)).isoformat()
        assert window["to"] == tick.isoformat()
        assert s.states(scheduled) == {
            "by_interval": "success",
            "by_window": "success",
            "day_total": "failed",
        }
