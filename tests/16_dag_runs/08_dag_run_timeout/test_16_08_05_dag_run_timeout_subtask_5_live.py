"""A real scheduler warns of late runs and lets them go on."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def test_late_runs_are_told_and_go_on(live):
    file = live.cluster.tasks_tmp / f"{live.paths.stem}.late"
    with live.scenario("late") as s:
        s.unpause()
        runs = {
            "in time": s.trigger(conf={"seconds": 0}),
            "slow": s.trigger(conf={"seconds": 45}),
            "too slow": s.trigger(conf={"seconds": 300}),
            "broken": s.trigger(conf={"seconds": -1}),
        }
        names = {run.run_id: name for name, run in runs.items()}
        s.wait(runs["in time"], "success")
        s.wait(runs["broken"], "failed")

        def told() -> list[str]:
            lines = file.read_text().splitlines() if file.exists() else []
            cut = [line.split(" ", 1) for line in lines]
            return sorted(f"{names[a]} {b}" for a, b in cut if a in names)

        lines = until("three lines", told, lambda seen: len(seen) >= 3, seconds=180)
        s.keep("lines that warn wrote", lines)
        assert lines == [
            "broken has ended: failed",
            "slow is late: running",
            "too slow is late: running",
        ]
        ends = {name: s.wait(run)["state"] for name, run in runs.items()}
        assert s.keep("how the runs ended", ends) == {
            "in time": "success",
            "slow": "success",
            "too slow": "failed",
            "broken": "failed",
        }
        assert told() == lines
        assert s.states(runs["too slow"]) == {"extract": "skipped", "load": "skipped"}
