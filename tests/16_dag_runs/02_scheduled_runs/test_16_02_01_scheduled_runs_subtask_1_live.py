"""The run that the schedule itself creates, and its four dates."""

from datetime import datetime

import pytest

pytestmark = pytest.mark.live

DATES = ("logical_date", "data_interval_start", "data_interval_end", "run_after")


def test_a_scheduled_run_has_four_equal_dates(live):
    with live.scenario("four-dates") as s:
        s.unpause()
        [scheduled] = s.wait_runs(1, state="success", run_type="scheduled")
        run = s.client.run(scheduled.dag_id, scheduled.run_id)

        tick = datetime.fromisoformat(run["logical_date"])
        assert {run[name] for name in DATES} == {run["logical_date"]}
        assert f"{tick:%H:%M:%S}" == "00:00:00"
        assert s.xcom(scheduled, "report") == "3 orders"
        s.keep("different dates of the run", len({run[name] for name in DATES}))
