"""The schedule of a running DAG becomes slower and its start_date earlier."""

from datetime import datetime

import pytest

from dagbook.live.client import quoted
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

TEN, THIRTY = '"* * * * * */10"', '"* * * * * */30"'


def test_changed_schedule_goes_on_from_the_newest_run(deployed):
    live, file = deployed
    with live.scenario("changed") as s:

        def deploy(old, new):
            text = file.read_text("utf-8")
            assert text.count(old) == 1
            file.write_text(text.replace(old, new), "utf-8")

        def read(schedule):
            until(
                f"the schedule to be {schedule}",
                lambda: s.client.get(f"/dags/{s.dag_id}")["timetable_summary"],
                lambda seen: seen == schedule.strip('"'),
            )

        def times():
            return [datetime.fromisoformat(run["run_after"]) for run in s.runs()]

        deploy('"@daily"', TEN)
        read(TEN)
        s.unpause()
        s.wait_runs(3, state="success", run_type="scheduled")
        s.pause()
        before = times()
        deploy("2026, 5, 1,", "2026, 4, 1,")
        deploy(TEN, THIRTY)
        read(THIRTY)
        s.unpause()
        until(
            "two more runs, and none at work",
            lambda: [run["state"] for run in s.runs()],
            lambda seen: len(seen) >= len(before) + 2 and set(seen) == {"success"},
        )
        s.note_step("see two more runs, and none at work")
        s.pause()

        new = times()[len(before) :]
        assert min(new) > max(before)
        assert len(set(times())) == len(times())
        assert {time.second for time in new} <= {0, 30}
        s.keep("after */10 became */30 and start_date a month earlier", "no run twice")
        for run in s.runs():  # their times are different each time
            path = f"/api/v2/dags/{s.dag_id}/dagRuns/{quoted(run['dag_run_id'])}"
            s.client.request("DELETE", path)
