"""Three runs triggered together run one after the other."""

from itertools import pairwise

import pytest

pytestmark = pytest.mark.live


def test_three_runs_do_not_overlap(live):
    with live.scenario("three") as s:
        s.unpause()
        runs = [s.trigger(conf={"seconds": 2}) for _ in range(3)]
        for run in runs:
            assert s.wait(run)["state"] == "success"

        rows = sorted(s.runs(), key=lambda run: run["run_after"])
        assert [row["dag_run_id"] for row in rows] == [run.run_id for run in runs]
        for before, after in pairwise(rows):
            assert before["end_date"] <= after["start_date"]
        s.pause()
