"""Runs that are triggered together, and producers that count before they trigger."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def states(s, dag_id) -> list[str]:
    return sorted(run["state"] for run in s.runs(dag_id))


def test_producers_with_the_limit_leave_at_most_three_queued(live):
    load = f"{live.paths.stem}__load"
    with live.scenario("limited") as s:
        s.include(load)
        s.pause(load)  # its runs stay queued, so that only the producers decide
        s.unpause()
        runs = [s.trigger() for _ in range(5)]
        for run in runs:
            assert s.wait(run)["state"] == "success"
        assert s.keep("runs of the second DAG", states(s, load)) == ["queued"] * 3
        last = [s.states(run)["start_load"] for run in runs]
        assert s.keep("start_load", sorted(last)) == ["skipped"] * 2 + ["success"] * 3
        s.unpause(load)
        until(
            "the three runs to be over",
            lambda: states(s, load),
            lambda seen: seen == ["success"] * 3,
        )
        s.note_step("see the three runs succeed")


def test_runs_triggered_together_queue_up(live):
    load = f"{live.paths.stem}__load"
    with live.scenario("parallel", load) as s:
        s.unpause(load)
        runs = [s.trigger(load, conf={"seconds": 6}) for _ in range(3)]
        until(
            "one run at work and two queued",
            lambda: states(s, load),
            lambda seen: seen == ["queued", "queued", "running"],
        )
        s.note_step("see one run at work and two queued")
        for run in runs:
            assert s.wait(run)["state"] == "success"
