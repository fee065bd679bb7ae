"""A run in the middle is deleted, stays missing, and comes with a backfill."""

import pytest

from dagbook.live.client import quoted
from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def test_scheduler_leaves_the_gap_to_a_backfill(deployed):
    live, file = deployed
    with live.scenario("gap") as s:
        path = f"/dags/{s.dag_id}"

        def delete(day):
            run = f"scheduled__2026-05-0{day}T00:00:00+00:00"
            s.client.request("DELETE", f"/api/v2{path}/dagRuns/{quoted(run)}")
            s.note_step(f"delete the run of {day} May")

        def parse():
            before = s.client.get(path)["last_parsed_time"]
            file.write_text(file.read_text("utf-8") + "\n# changed\n", "utf-8")
            until(
                "the file to be parsed",
                lambda: s.client.get(path)["last_parsed_time"],
                lambda seen: seen != before,
            )
            s.note_step("parse the file again")

        def days():
            return sorted(int(run["logical_date"][8:10]) for run in s.runs())

        s.unpause()
        s.wait_runs(5, state="success", run_type="scheduled")
        delete(3)
        parse()
        s.stays("3 May is missing", days, [1, 2, 4, 5], seconds=4)
        s.keep("days with a run after the parse", "1, 2, 4 and 5 May")

        delete(5)
        parse()
        until("5 May to come back", days, lambda seen: seen == [1, 2, 4, 5])

        s.backfill(
            "2026-05-01T00:00:00Z", "2026-05-05T00:00:00Z", reprocess_behavior="none"
        )
        [filled] = s.wait_runs(1, state="success", run_type="backfill")
        assert s.xcom(filled, "load") == "2026-05-03"
        s.wait_runs(5, state="success")
        assert days() == [1, 2, 3, 4, 5]
        s.keep("run of the backfill", filled.run_id)
