"""Unpaused on a real scheduler: all missed years, or the newest."""

import pytest

pytestmark = pytest.mark.live


def test_unpause_creates_all_missed_runs_or_the_newest(live):
    newest = f"{live.paths.stem}__newest_only"
    with live.scenario("both") as s:
        s.unpause()
        s.unpause(newest)
        s.wait_runs(4, state="success", run_type="scheduled")
        s.wait_runs(1, dag_id=newest, state="success", run_type="scheduled")
        s.stays(
            "four runs and one",
            lambda: [len(s.runs()), len(s.runs(newest))],
            [4, 1],
            seconds=4,
        )

        every, one = s.data()["runs"][:4], s.data()["runs"][4:]
        years = {
            "catchup=True": [run["logical_date"][:4] for run in every],
            "catchup=False": [run["logical_date"][:4] for run in one],
        }
        assert years["catchup=True"] == ["2023", "2024", "2025", "2026"]
        assert years["catchup=False"] == ["2026"]
        s.keep("years with a run", years)
        tables = [
            s.client.get(
                f"/dags/{s.dag_id}/dagRuns/{run['dag_run_id']}/taskInstances/report/"
                "xcomEntries/return_value",
                deserialize=True,
            )["value"]
            for run in s.runs()
        ]
        assert max(tables, key=len) == [2023, 2024, 2025, 2026]
