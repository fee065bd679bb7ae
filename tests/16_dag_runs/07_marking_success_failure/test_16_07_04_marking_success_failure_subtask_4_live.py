"""Two days of a group are marked, and the scheduler writes the bills of these days."""

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live

WEEK = ["monday", "tuesday", "wednesday", "by-hand"]
FROZEN = ["tuesday", "wednesday"]


# --8<-- [start:frozen]
def test_the_bills_are_written_although_nobody_has_cleared_them(live):
    water = f"{live.paths.stem}__water"
    with live.scenario("frozen") as s:
        s.unpause(water)
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        assert s.states(run)["apply"] == "upstream_failed"

        run = s.trigger(conf={"switches": ["future"]})
        assert s.wait(run)["state"] == "success"

        def bill(day: str) -> str:
            row = LiveRun(water, day).task(s.client, "bill")
            return f"{row['state']}, try {row['try_number']}"

        assert s.keep("the bills afterwards", {day: bill(day) for day in WEEK}) == {
            "monday": "success, try 1",
            **dict.fromkeys(FROZEN, "success, try 1"),
            "by-hand": "upstream_failed, try 0",
        }
        # --8<-- [end:frozen]
        for day in FROZEN:
            states = s.states(LiveRun(water, day))
            assert states["regions.north.total"] == "skipped"
            assert states["regions.south.total"] == "success"
        assert s.xcom(LiveRun(water, "tuesday"), "bill") == 2 * 955
