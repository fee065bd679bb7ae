"""Order and cancel of a backfill on a real scheduler."""

import pytest

from dagbook.live.client import quoted
from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live

STEM = "16_03_04_backfill_runs_subtask_4"


def midnight(day: int) -> str:
    return f"2026-05-0{day}T00:00:00Z"


def run_of(day: int) -> LiveRun:
    return LiveRun(STEM, f"backfill__2026-05-0{day}T00:00:00+00:00")


@pytest.fixture(autouse=True)
def no_runs(live):
    """Close the backfills and delete the runs of an earlier session."""
    client = live.cluster.client
    live.cluster.wait_for_dags({STEM}, seconds=120)
    for backfill in client.pages("/backfills", "backfills", dag_id=STEM):
        if not backfill["completed_at"]:
            client.request("PUT", f"/api/v2/backfills/{backfill['id']}/cancel")
    for run in client.runs(STEM, run_type="backfill"):
        path = f"/api/v2/dags/{STEM}/dagRuns/{quoted(run['dag_run_id'])}"
        client.request("DELETE", path)


def test_backwards_and_never_more_than_two_at_once(live):
    with live.scenario("backwards") as s:
        s.unpause()
        s.backfill(midnight(1), midnight(6), max_active_runs=2, run_backwards=True)
        s.wait_runs(6, state="success", run_type="backfill")

        runs = sorted(s.data()["runs"], key=lambda run: run["times"]["running"])
        order = s.keep("order of the starts", [r["logical_date"][:10] for r in runs])
        assert order == [f"2026-05-0{day}" for day in (6, 5, 4, 3, 2, 1)]
        times = [(r["times"]["running"], r["times"]["ended"]) for r in runs]
        together = [sum(a <= now < b for a, b in times) for now, _ in times]
        assert s.keep("most runs at the same time", max(together)) == 2


def test_a_cleared_run_of_a_cancelled_backfill_waits_until_it_is_marked(live):
    with live.scenario("stranded") as s:
        s.unpause()
        conf = {"seconds": 10}
        number = s.backfill(
            midnight(7), midnight(9), max_active_runs=1, dag_run_conf=conf
        )
        first, second, third = run_of(7), run_of(8), run_of(9)
        s.wait_task(first, "load", "running")
        s.backfill_do(number, "cancel")
        s.wait(second, "failed")
        s.clear(second)
        s.wait(first, "success")

        def state():
            return s.client.run(STEM, second.run_id)["state"]

        s.stays("the second day is queued", state, "queued", seconds=8)
        s.mark(second, "failed")
        s.backfill(midnight(7), midnight(9), reprocess_behavior="failed")
        s.wait(second, "success")
        s.wait(third, "success")
