"""A quick and a slow run on a real scheduler, with all four times."""

from datetime import datetime

import pytest

pytestmark = pytest.mark.live

TIMES = ("scheduled_when", "queued_when", "start_date", "end_date")


@pytest.mark.parametrize(("name", "seconds"), [("fast", 0), ("slow", 5)])
def test_check_stock_has_four_times_in_order(live, name, seconds):
    with live.scenario(name) as s:
        s.unpause()
        run = s.trigger(conf={"seconds": seconds})
        assert s.wait(run)["state"] == "success"
        tasks = {ti["task_id"]: ti for ti in s.client.tasks(run.dag_id, run.run_id)}
        for ti in tasks.values():
            times = [datetime.fromisoformat(ti[key]) for key in TIMES]
            assert times == sorted(times)
        longer = tasks["check_stock"]["duration"] >= 5
        assert s.keep("check_stock takes 5 seconds or more", longer) is (seconds == 5)
