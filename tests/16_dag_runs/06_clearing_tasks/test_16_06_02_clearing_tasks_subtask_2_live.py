"""A week is measured and cleared from one day on, and the scheduler runs it again."""

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live

WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "by-hand"]


# --8<-- [start:from-tuesday]
def test_what_was_measured_runs_again_and_nothing_else(live):
    river = f"{live.paths.stem}__river"
    with live.scenario("from-tuesday") as s:
        s.unpause(river)
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"

        def tries(task_id: str) -> dict[str, int]:
            return {
                day: LiveRun(river, day).task(s.client, task_id)["try_number"]
                for day in WEEK
            }

        again = ["tuesday", "wednesday", "thursday", "friday"]
        assert s.xcom(run, "clear") == dict.fromkeys(again, 1)
        once = dict.fromkeys(WEEK, 1)
        assert s.keep("tries of archive", tries("archive")) == once | dict.fromkeys(
            again, 2
        )
        assert s.keep("tries of warn", tries("warn")) == once
        # --8<-- [end:from-tuesday]
        for day in WEEK:
            assert s.wait(LiveRun(river, day))["state"] == "success"
