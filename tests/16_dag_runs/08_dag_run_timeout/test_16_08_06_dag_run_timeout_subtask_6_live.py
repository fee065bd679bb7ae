"""A run that times out on a real scheduler: on_kill alone runs."""

from pathlib import Path

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def test_only_on_kill_runs_at_the_limit_of_the_run(live):
    with live.scenario("run-limit", f"{live.paths.stem}__run_limit") as s:
        s.unpause()
        run = s.trigger(conf={"seconds": 300})
        s.wait_task(run, "load", "running")
        lock = Path(s.xcom(run, "reserve"))
        assert lock.exists()
        assert s.wait(run)["state"] == "failed"
        states = s.states(run)
        assert states == {"reserve": "success", "load": "skipped", "release": "skipped"}

        def log() -> list[str]:
            rows = s.client.log(run.dag_id, run.run_id, "load", 1)
            return [str(row["event"]) for row in rows]

        until("on_kill in the log", log, lambda seen: "on_kill" in seen, seconds=60)
        until("Task killed!", log, lambda seen: "Task killed!" in seen, seconds=60)
        ran = [line for line in log() if line in ("on_kill", "finally")]
        assert not lock.exists()
        assert s.keep("logged by load", ran) == ["on_kill"]
