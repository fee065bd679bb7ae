"""Order, limit, pause and cancel of a backfill on a real scheduler, and the rescue."""

import pytest

from dagbook.live.client import ApiError
from dagbook.live.runs import LiveRun
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

METER = "16_03_04_backfill_runs_subtask_4__meter"


def midnight(day):
    return f"2026-05-{day:02}T00:00:00Z"


def run_of(day):
    return LiveRun(METER, f"backfill__2026-05-{day:02}T00:00:00+00:00")


@pytest.fixture(autouse=True)
def nothing_open(live):
    """No open backfill of the meter from an earlier scenario."""
    live.cluster.wait_for_dags({METER}, seconds=120)
    client = live.cluster.client
    for backfill in client.pages("/backfills", "backfills", dag_id=METER):
        if not backfill["completed_at"]:
            client.request("PUT", f"/api/v2/backfills/{backfill['id']}/cancel")


# --8<-- [start:backwards]
def test_backwards_and_never_more_than_two_at_once(live):
    with live.scenario("backwards", METER) as s:
        s.unpause()
        s.backfill(midnight(1), midnight(6), max_active_runs=2, run_backwards=True)
        s.wait_runs(6, state="success", run_type="backfill")

        runs = sorted(s.data()["runs"], key=lambda run: run["times"]["running"])
        order = s.keep("order of the starts", [r["logical_date"][:10] for r in runs])
        assert order == [f"2026-05-0{day}" for day in (6, 5, 4, 3, 2, 1)]

        times = [(r["times"]["running"], r["times"]["ended"]) for r in runs]
        together = [sum(a <= now < b for a, b in times) for now, _ in times]
        assert s.keep("most runs at the same time", max(together)) == 2
        # --8<-- [end:backwards]
        for backfill in s.client.pages("/backfills", "backfills", dag_id=METER):
            assert backfill["is_paused"] is False


# --8<-- [start:rescue]
def test_a_cleared_run_of_a_cancelled_backfill_waits_for_the_rescue(live):
    with live.scenario("stranded") as s:
        s.unpause()
        s.unpause(METER)
        conf = {"folder": str(live.folder)}
        number = s.backfill(
            midnight(7), midnight(9), dag_id=METER, max_active_runs=1, dag_run_conf=conf
        )
        first, second, third = run_of(7), run_of(8), run_of(9)

        def state(run):
            return s.client.run(METER, run.run_id)["state"]

        s.wait_task(first, "complete", "running")
        s.backfill_do(number, "pause")
        for day in (7, 8, 9):
            (live.folder / f"2026-05-{day:02}.complete").touch()
        s.wait(first, "success")
        s.stays("the second day is queued", lambda: state(second), "queued", seconds=4)

        s.backfill_do(number, "cancel")
        assert (state(second), state(third)) == ("failed", "failed")
        s.clear(second)
        with pytest.raises(ApiError, match="Backfill is already completed"):
            s.backfill_do(number, "unpause")
        s.stays("the second day is queued", lambda: state(second), "queued", seconds=8)

        pace = s.trigger(
            conf={
                "from_date": midnight(7),
                "to_date": midnight(9),
                "max_active_runs": 1,
            }
        )
        s.wait(pace, "success")
        assert s.xcom(pace, "find_stranded") == [second.run_id]
        s.wait(second, "success")
        s.wait(third, "success")
        # --8<-- [end:rescue]
        assert s.states(pace)["release[0]"] == "success"
        costs = [s.xcom(run, "consumption")["cents"] for run in (first, second, third)]
        assert s.keep("cents of the three days", costs) == [589, 744, 864]


# --8<-- [start:paused-at-the-end]
def test_a_backfill_that_ends_while_paused_strands_runs_too(live):
    with live.scenario("paused-at-the-end", METER) as s:
        s.unpause()
        conf = {"folder": str(live.folder)}
        number = s.backfill(midnight(10), midnight(10), dag_run_conf=conf)
        only = run_of(10)
        s.wait_task(only, "complete", "running")
        s.backfill_do(number, "pause")
        (live.folder / "2026-05-10.complete").touch()
        s.wait(only, "success")
        until(
            "the backfill to be over",
            lambda: s.client.get(f"/backfills/{number}"),
            lambda backfill: backfill["completed_at"] and backfill["is_paused"],
        )
        s.note_step("see the backfill over, and paused")
        s.clear(only)
        s.stays(
            "the cleared run is queued",
            lambda: s.client.run(METER, only.run_id)["state"],
            "queued",
            seconds=8,
        )
        # --8<-- [end:paused-at-the-end]
        s.mark(only, "failed")
