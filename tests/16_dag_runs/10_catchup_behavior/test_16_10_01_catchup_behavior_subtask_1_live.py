"""Unpaused on a real scheduler: all missed years, or the newest."""

from datetime import UTC, datetime

import pytest

from dagbook.live.client import quoted
from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def test_unpause_creates_all_missed_runs_or_the_newest(live):
    newest = f"{live.paths.stem}__newest_only"
    this_year = datetime.now(UTC).year
    missed = list(range(2023, this_year + 1))
    with live.scenario("both") as s:

        def years(dag_id):
            runs = [run for run in s.runs(dag_id) if run["state"] == "success"]
            return sorted(int(run["logical_date"][:4]) for run in runs)

        s.unpause()
        s.unpause(newest)
        until(
            "all missed years, and the newest",
            lambda: [years(s.dag_id), years(newest)],
            lambda seen: seen == [missed, [this_year]],
            seconds=180,
        )
        s.note_step("see a run for each missed year, and one for the newest")
        s.stays(
            "no other run",
            lambda: [len(s.runs()), len(s.runs(newest))],
            [len(missed), 1],
            seconds=4,
        )
        s.keep(
            "years with a run",
            {
                "catchup=True": "each year from 2023 to this one",
                "catchup=False": "this year",
            },
        )
        tables = [
            s.client.get(
                f"/dags/{s.dag_id}/dagRuns/{run['dag_run_id']}/taskInstances/report/"
                "xcomEntries/return_value",
                deserialize=True,
            )["value"]
            for run in s.runs()
        ]
        assert max(tables, key=len) == missed
        for run in [*s.runs(), *s.runs(newest)]:  # one more each year
            path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{quoted(run['dag_run_id'])}"
            s.client.request("DELETE", path)
