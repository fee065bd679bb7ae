"""One task is cleared from a day on, and the scheduler runs it again in each run."""

import pytest

pytestmark = pytest.mark.live

DAYS = {"monday": "2026-05-04", "tuesday": "2026-05-05", "wednesday": "2026-05-06"}


def test_future_runs_the_task_again_in_the_later_runs(live):
    with live.scenario("from-tuesday") as s:
        s.unpause()
        runs = {
            name: s.trigger(run_id=name, logical_date=f"{day}T00:00:00Z")
            for name, day in DAYS.items()
        }
        for run in runs.values():
            assert s.wait(run)["state"] == "success"
        s.clear(runs["tuesday"], "load", include_future=True)
        for run in runs.values():
            assert s.wait(run)["state"] == "success"
        tries = {
            name: run.task(s.client, "load")["try_number"] for name, run in runs.items()
        }
        assert s.keep("tries of load", tries) == {
            "monday": 1,
            "tuesday": 2,
            "wednesday": 2,
        }
