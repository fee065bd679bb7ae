"""A catchup of four years on a real scheduler: four loads, one report."""

import pytest

pytestmark = pytest.mark.live


def test_catchup_sends_one_report(live):
    with live.scenario("four-years") as s:
        s.unpause()
        runs = s.wait_runs(4, state="success", run_type="scheduled")
        seen = {s.xcom(run, "load"): s.states(run) for run in runs}
        shown = {
            str(year): f"load {seen[year]['load']}, report {seen[year]['report']}"
            for year in sorted(seen)
        }
        assert s.keep("tasks of each year", shown) == {
            "2023": "load success, report skipped",
            "2024": "load success, report skipped",
            "2025": "load success, report skipped",
            "2026": "load success, report success",
        }
