"""A backfill of four days on a real scheduler: held by a pause, then run."""

import pytest

from dagbook.live.client import ApiError, quoted
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

RANGE = ("2026-03-12T00:00:00Z", "2026-03-15T00:00:00Z")


def forget_earlier_rounds(live):
    """Delete the runs of a test that used the same Airflow before."""
    live.cluster.wait_for_dags({live.paths.stem}, seconds=120)
    client = live.cluster.client
    client.pause(live.paths.stem)
    until(
        "no backfill at work",
        lambda: list(client.pages("/backfills", "backfills", dag_id=live.paths.stem)),
        lambda seen: all(one["completed_at"] for one in seen),
        seconds=120,
    )
    for run in client.runs(live.paths.stem, run_type="backfill"):
        path = f"/api/v2/dags/{live.paths.stem}/dagRuns/{quoted(run['dag_run_id'])}"
        client.request("DELETE", path)


def test_four_days_wait_for_the_unpause_and_the_backfill_closes_later(live):
    forget_earlier_rounds(live)
    with live.scenario("four-days") as s:
        backfill = s.backfill(*RANGE)

        def states():
            runs = s.client.runs(s.dag_id, run_type="backfill")
            return [run["state"] for run in runs]

        s.stays("all four runs are queued", states, ["queued"] * 4, seconds=4)
        s.unpause()
        s.wait_runs(4, state="success", run_type="backfill")
        s.pause()
        with pytest.raises(ApiError) as refused:
            s.backfill(*RANGE)
        s.note_step("ask for the backfill again, and get a 409")
        assert s.keep("status code", refused.value.status) == 409
        until(
            "the backfill to be completed",
            lambda: s.client.get(f"/backfills/{backfill}")["completed_at"],
            bool,
            seconds=120,
        )
        s.note_step("see the backfill completed")
