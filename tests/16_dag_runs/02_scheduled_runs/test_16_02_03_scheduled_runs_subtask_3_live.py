"""Once is one run for good; continuous is the next run when the last one is over."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


# --8<-- [start:once]
def test_once_runs_once_and_not_again_after_a_pause(live):
    opening = f"{live.paths.stem}__opening"
    with live.scenario("once", opening) as s:
        s.unpause()
        [run] = s.wait_runs(1, state="success", run_type="scheduled")
        assert s.xcom(run, "count_stock") == {
            "until": "2026-04-01T08:00:00+00:00",
            "pieces": 120,
        }
        s.pause()
        s.unpause()
        s.stays("there is one run", lambda: len(s.runs()), 1, seconds=6)
        # --8<-- [end:once]
        s.keep("counted", s.xcom(run, "count_stock"))
        assert s.client.get(f"/dags/{opening}")["next_dagrun_run_after"] is None


# --8<-- [start:continuous]
def test_continuous_begins_again_when_the_run_is_over(live):
    always = f"{live.paths.stem}__always"
    with live.scenario("continuous") as s:
        s.client.pause(always, False)
        s.note_step(f"unpause {always}")
        runs = until(
            "three runs that are over",
            lambda: s.client.runs(always, state="success"),
            lambda seen: len(seen) >= 3,
        )[:3]
        s.client.pause(always)
        s.note_step(f"see three runs of {always} success, and pause it")

        assert {run["run_type"] for run in runs} == {"scheduled"}
        pairs = list(zip(runs, runs[1:], strict=False))
        assert all(one["end_date"] <= two["start_date"] for one, two in pairs)
        s.keep("a run begins before the last is over", False)
        # --8<-- [end:continuous]
        first = runs[0]
        begins = s.keep("first interval begins", first["data_interval_start"])
        assert begins == "2026-04-01T08:00:00Z"
        joined = [a["data_interval_end"] == b["data_interval_start"] for a, b in pairs]
        s.keep("intervals join without a gap", all(joined))
