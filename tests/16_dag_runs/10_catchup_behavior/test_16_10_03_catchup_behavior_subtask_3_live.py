"""A DAG that runs each minute is paused over a scheduled time, and unpaused late."""

from datetime import UTC, datetime

import pytest

from dagbook.live.client import quoted
from dagbook.live.runs import LiveRun
from dagbook.live.waiting import stays, until

pytestmark = pytest.mark.live


def test_missed_time_is_skipped_and_the_next_one_loads(live):
    with live.scenario("unpaused-late") as s:

        def ended():
            return [run for run in s.runs() if run["state"] == "success"]

        def loads():
            runs = [LiveRun(s.dag_id, run["dag_run_id"]) for run in ended()]
            return [s.states(run)["load"] for run in runs]

        s.unpause()
        until("a run on time", loads, lambda seen: "success" in seen, seconds=240)
        s.pause()
        until("no run at work", lambda: len(ended()) == len(s.runs()), bool)
        before = len(s.runs())
        late = 100 - datetime.now(UTC).second  # 40 s after the missed time
        stays(
            "no run starts",
            lambda: len(s.runs()),
            lambda seen: seen == before,
            seconds=late,
        )
        s.note_step("see no run start until 40 s after the missed time")
        s.unpause()
        after = until(
            "a run on time again",
            lambda: loads()[before:],
            lambda seen: "success" in seen,
            seconds=240,
        )
        s.pause()
        until("no run at work", lambda: len(ended()) == len(s.runs()), bool)

        missed = after[: after.index("success")]
        assert set(missed) == {"skipped"}
        s.keep("load of a missed time", "skipped")
        s.keep("load of the next scheduled time", "success")
        for run in s.runs():  # their times are different each time
            path = f"/api/v2/dags/{s.dag_id}/dagRuns/{quoted(run['dag_run_id'])}"
            s.client.request("DELETE", path)
