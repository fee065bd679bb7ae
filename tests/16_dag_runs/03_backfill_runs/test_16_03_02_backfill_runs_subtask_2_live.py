"""A backfill of four days on a real scheduler: held by a pause, then two at a time."""

import pytest

from dagbook.live.client import ApiError
from dagbook.live.waiting import until

pytestmark = pytest.mark.live

DAYS = ["2026-03-12", "2026-03-13", "2026-03-14", "2026-03-15"]
RANGE = ("2026-03-12T00:00:00Z", "2026-03-15T00:00:00Z")


def nobody_at_work(s) -> None:
    """Wait until the scheduler has noticed that earlier backfills are over."""
    until(
        "no backfill to be at work",
        lambda: s.client.pages("/backfills", "backfills", dag_id=s.dag_id),
        lambda seen: all(one["completed_at"] for one in seen),
        seconds=120,
    )


# --8<-- [start:four-days]
def test_four_days_wait_for_the_pause_and_then_run_two_at_a_time(live):
    takings = f"{live.paths.stem}__takings"
    with live.scenario("four-days", takings) as s:
        nobody_at_work(s)
        s.pause()
        conf = {"cents": 950, "folder": str(live.folder)}
        backfill = s.backfill(*RANGE, max_active_runs=2, dag_run_conf=conf)
        s.stays(
            "all four runs are queued",
            lambda: [run["state"] for run in s.runs()],
            ["queued"] * 4,
            seconds=4,
        )
        s.unpause()
        s.wait_runs(4, state="success", run_type="backfill")
        files = sorted(file.name for file in live.folder.iterdir())
        assert s.keep("files", files) == [f"takings-{day}.csv" for day in DAYS]

        times = [run["times"] for run in s.data()["runs"]]
        together = [
            sum(t["running"] <= one["running"] < t["ended"] for t in times)
            for one in times
        ]
        assert s.keep("most runs at the same time", max(together)) == 2
        # --8<-- [end:four-days]

        # --8<-- [start:one-more]
        with pytest.raises(ApiError) as refused:
            s.backfill(*RANGE)
        assert refused.value.status == 409
        s.note_step("ask for it again, and get a 409")
        nobody_at_work(s)
        assert s.client.get(f"/backfills/{backfill}")["completed_at"] is not None
        s.note_step("see the backfill completed")
        s.backfill(*RANGE)
        s.stays("there is no new run", lambda: len(s.runs()), 4, seconds=2)
        # --8<-- [end:one-more]
        assert (
            "Night train,240,228000"
            in (live.folder / "takings-2026-03-14.csv").read_text()
        )
