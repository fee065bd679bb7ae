"""A day that fails holds up those behind it, and does not hold up a new backfill."""

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live

DAYS = (1, 2, 3, 4)


def midnight(day):
    return f"2026-05-0{day}T00:00:00Z"


# --8<-- [start:held-up]
def test_a_failed_day_holds_up_the_days_behind_it(live):
    with live.scenario("held-up") as s:
        runs = {
            day: LiveRun(s.dag_id, f"backfill__2026-05-0{day}T00:00:00+00:00")
            for day in DAYS
        }

        def seen(day):
            run = s.client.run(s.dag_id, runs[day].run_id)
            return run["state"], s.states(runs[day]).get("ledger")

        s.unpause()
        mistyped = {"counted": {"2026-05-02": 22_003}}
        fill = {"reprocess_behavior": "completed", "dag_run_conf": mistyped}
        number = s.backfill(midnight(1), midnight(4), **fill)
        s.wait(runs[1], "success")
        s.wait(runs[2], "failed")
        for day in (3, 4):
            s.wait_task(runs[day], "export", "success")
        waiting = [("running", None)] * 2
        s.stays(
            "the ledgers of the last two days wait",
            lambda: [seen(3), seen(4)],
            waiting,
            seconds=6,
        )
        s.backfill_do(number, "cancel")
        assert [seen(3), seen(4)] == waiting
        # --8<-- [end:held-up]
        times = [s.client.run(s.dag_id, run.run_id) for run in runs.values()]
        assert max(run["start_date"] for run in times) < times[0]["end_date"]

        # --8<-- [start:first]
        s.mark(runs[3], "failed")
        s.mark(runs[4], "failed")
        number = s.backfill(midnight(3), midnight(3), **fill)
        s.wait(runs[3], "running")
        s.wait(runs[3], "failed")
        assert (seen(2), seen(3)) == (("failed", "failed"), ("failed", "failed"))
        # --8<-- [end:first]
        s.backfill_do(number, "cancel")

        # --8<-- [start:in-order]
        right = {"reprocess_behavior": "failed", "dag_run_conf": {"counted": {}}}
        s.backfill(midnight(1), midnight(4), **right)
        for day in (2, 3, 4):
            s.wait(runs[day], "success")
        ledgers = [runs[day].task(s.client, "ledger") for day in DAYS]
        times = [(one["start_date"], one["end_date"]) for one in ledgers]
        assert all(a[1] < b[0] for a, b in zip(times, times[1:], strict=False))
        closings = [s.xcom(runs[day], "ledger") for day in DAYS]
        assert s.keep("closings", closings) == [20_910, 22_300, 24_120, 24_120]
        # --8<-- [end:in-order]

        third = next(r for r in s.data()["runs"] if r["run_id"] == runs[3].run_id)
        (ledger,) = (task for task in third["tasks"] if task["task_id"] == "ledger")
        errors = [one["error"]["message"] for one in ledger["tries"] if one["error"]]
        assert errors == ["the books of 2026-05-02 are not closed"]
