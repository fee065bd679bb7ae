"""A catchup of some years on a real scheduler: each loads, the newest reports."""

from datetime import UTC, datetime

import pytest

from dagbook.live.client import quoted
from dagbook.live.runs import LiveRun
from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def test_catchup_sends_one_report(live):
    this_year = datetime.now(UTC).year
    with live.scenario("four-years") as s:
        s.unpause()
        rows = until(
            "a run of each year since 2023",
            s.runs,
            lambda seen: (
                len(seen) == this_year - 2022
                and {run["state"] for run in seen} == {"success"}
            ),
            seconds=180,
        )
        s.note_step("see a run of each year since 2023 succeed")
        runs = [LiveRun(s.dag_id, row["dag_run_id"]) for row in rows]
        seen = {s.xcom(run, "load"): s.states(run) for run in runs}
        assert sorted(seen) == list(range(2023, this_year + 1))
        shown = {
            year: f"load {states['load']}, report {states['report']}"
            for year, states in seen.items()
        }
        newest = shown.pop(this_year)
        assert set(shown.values()) == {"load success, report skipped"}
        assert newest == "load success, report success"
        s.keep(
            "tasks of each run",
            {"2023 to last year": shown[2023], "this year": newest},
        )
        for run in runs:  # one more each year
            path = f"/api/v2/dags/{run.dag_id}/dagRuns/{quoted(run.run_id)}"
            s.client.request("DELETE", path)
