"""A failed day runs again under its old id on a real scheduler."""

import pytest

from dagbook.live.runs import LiveRun
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

RANGE = ("2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z")


def test_the_failed_day_runs_again_and_the_others_do_not(live):
    with live.scenario("failed-day-again") as s:
        s.unpause()
        first = s.backfill(*RANGE)
        s.wait_runs(3, state="success", run_type="backfill")
        until(
            "the backfill to be completed",
            lambda: s.client.get(f"/backfills/{first}")["completed_at"],
            bool,
            seconds=120,
        )
        days = [f"2026-03-0{day}" for day in (2, 3, 4)]
        runs = [LiveRun(s.dag_id, f"backfill__{d}T00:00:00+00:00") for d in days]
        s.mark(runs[1], "failed")
        s.backfill(*RANGE, reprocess_behavior="failed")
        s.wait(runs[1], "success")
        tries = [run.task(s.client, "load")["try_number"] for run in runs]
        named = dict(zip(days, tries, strict=True))
        assert s.keep("tries of load", named) == {
            "2026-03-02": 1,
            "2026-03-03": 2,
            "2026-03-04": 1,
        }
