"""A gap that fails loudly, a gap painted over, and a run that waits without a word."""

import json

import pytest

from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live

CORRECTED = {"2026-05-03T17:50:00+00:00": 36_000}


class Days:
    """The scheduled runs of the exhibition, by the day of May."""

    def __init__(self, scenario):
        self.scenario = scenario

    def __getitem__(self, day):
        run_id = f"scheduled__2026-05-{day:02}T18:00:00+00:00"
        return LiveRun(self.scenario.dag_id, run_id)

    def state(self, day):
        run = self[day]
        return self.scenario.client.run(run.dag_id, run.run_id)["state"]


# --8<-- [start:gap]
def test_a_gap_a_wait_without_a_word_and_the_way_out(live):
    with live.scenario("held-back") as s:
        day = Days(s)
        s.unpause()
        s.wait_runs(5, run_type="scheduled", seconds=400)
        for number in (1, 2, 3, 4, 6):
            s.wait(day[number])
        states = {f"{n} May": day.state(n) for n in (1, 2, 3, 4, 6)}
        assert list(states.values()) == ["success"] * 2 + ["failed"] * 3
        s.keep("left to itself", states)
        # --8<-- [end:gap]
        assert s.states(day[3])["takings"] == "failed"
        assert s.states(day[6])["continuity"] == "failed"

        # --8<-- [start:held]
        # The till is corrected, but the third is marked as good and not booked.
        corrections = {"key": "till_corrections", "value": json.dumps(CORRECTED)}
        s.client.post("/variables", corrections)
        s.note_step("correct the till of 3 May")
        s.mark(day[3], "success")
        s.clear(day[4])
        s.wait_task(day[4], "takings", "success")
        s.stays(
            "the ledger of 4 May has no state, and its run goes on",
            lambda: (s.states(day[4])["ledger"], day.state(4)),
            (None, "running"),
            seconds=5,
        )
        # --8<-- [end:held]
        assert s.xcom(day[4], "continuity") == "2026-05-03 18:00"
        assert s.xcom(day[4], "takings")["taken"] == 3_600 + 36_000 + 8_100

        # --8<-- [start:way-out]
        s.clear(day[3])
        s.stays(
            "the run of 3 May is queued behind the one that waits for it",
            lambda: day.state(3),
            "queued",
            seconds=5,
        )
        s.mark(day[4], "failed")
        s.wait(day[3], "success")
        for number in (4, 6):
            s.clear(day[number])
            s.wait(day[number], "success")
        closing = {f"{n} May": s.xcom(day[n], "ledger") for n in (1, 2, 3, 4, 6)}
        assert list(closing.values()) == [32_400, 60_300, 99_900, 108_000, 118_800]
        s.keep("closing balances", closing)
        # --8<-- [end:way-out]
        s.client.request("DELETE", "/api/v2/variables/till_corrections")
