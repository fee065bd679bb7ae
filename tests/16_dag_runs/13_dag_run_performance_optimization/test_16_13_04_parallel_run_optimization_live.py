"""Four runs that share a pool of two slots, by the times of their tasks."""

from datetime import datetime

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def most(times) -> int:
    """Return how many of the spans were open at the same time."""
    return max(sum(a <= now < b for a, b in times) for now, _ in times)


def test_four_runs_work_and_two_of_their_tasks(deployed):
    live, file = deployed
    with live.scenario("four-runs") as s:
        s.client.post("/pools", {"name": "vendor_api", "slots": 2})
        text = file.read_text("utf-8")
        assert text.count('"default_pool"') == 1
        file.write_text(text.replace('"default_pool"', '"vendor_api"'), "utf-8")
        until(
            "extract to be in the pool",
            lambda: s.client.get(f"/dags/{s.dag_id}/tasks/extract")["pool"],
            lambda seen: seen == "vendor_api",
        )
        runs = [s.trigger(conf={"seconds": 3}) for _ in range(4)]
        s.unpause()
        for run in runs:
            assert s.wait(run)["state"] == "success"

        def span(row):
            return tuple(
                map(datetime.fromisoformat, (row["start_date"], row["end_date"]))
            )

        extracts = [
            span(row)
            for run in runs
            for row in s.client.tasks(run.dag_id, run.run_id)
            if row["task_id"] == "extract"
        ]
        assert s.keep("never more than two extracts at a time", most(extracts) <= 2)
        assert s.keep("runs at the same time", most([span(r) for r in s.runs()])) == 4
