"""Five runs that were triggered at once never run more than two at a time."""

import pytest

pytestmark = pytest.mark.live


def test_five_runs_in_three_waves(live):
    orders = f"{live.paths.stem}__order"
    with live.scenario("five") as s:
        s.unpause()
        s.unpause(orders)
        run = s.trigger(conf={"seconds": 2})
        assert s.wait(run)["state"] == "success"
        s.wait_runs(5, dag_id=orders, state="success")

        times = [(one["start_date"], one["end_date"]) for one in s.runs(orders)]
        together = [sum(a <= now < b for a, b in times) for now, _ in times]
        assert s.keep("most runs at the same time", max(together)) == 2
        s.pause()
        s.pause(orders)
