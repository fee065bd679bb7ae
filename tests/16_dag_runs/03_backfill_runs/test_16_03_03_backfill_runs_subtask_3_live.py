"""A failed day runs again under its old id on a real scheduler."""

import pytest

from dagbook.live.client import quoted
from dagbook.live.runs import LiveRun
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

RANGE = ("2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z")


@pytest.fixture(autouse=True)
def no_runs(live):
    """Close the backfills and delete the runs of an earlier session."""
    dag_id, client = live.paths.stem, live.cluster.client
    live.cluster.wait_for_dags({dag_id}, seconds=120)
    for backfill in client.pages("/backfills", "backfills", dag_id=dag_id):
        if not backfill["completed_at"]:
            client.request("PUT", f"/api/v2/backfills/{backfill['id']}/cancel")
    for run in client.runs(dag_id, run_type="backfill"):
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quoted(run['dag_run_id'])}"
        client.request("DELETE", path)


def test_the_failed_day_runs_again_and_the_others_do_not(live):
    with live.scenario("failed-day-again") as s:
        s.unpause()
        first = s.backfill(*RANGE)
        s.wait_runs(3, state="success", run_type="backfill")
        until(
            "the backfill to be completed",
            lambda: s.client.get(f"/backfills/{first}")["completed_at"],
            bool,
            seconds=120,
        )
        days = [f"2026-03-0{day}" for day in (2, 3, 4)]
        runs = [LiveRun(s.dag_id, f"backfill__{d}T00:00:00+00:00") for d in days]
        s.mark(runs[1], "failed")
        s.backfill(*RANGE, reprocess_behavior="failed")
        s.wait(runs[1], "success")
        tries = [run.task(s.client, "load")["try_number"] for run in runs]
        named = dict(zip(days, tries, strict=True))
        assert s.keep("tries of load", named) == {
            "2026-03-02": 1,
            "2026-03-03": 2,
            "2026-03-04": 1,
        }
