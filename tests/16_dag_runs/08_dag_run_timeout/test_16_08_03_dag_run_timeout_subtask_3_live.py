"""On a real scheduler the sensor waits, the run times out, and the same run goes on."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.live


def test_the_cleared_run_has_its_whole_time_again(live):
    with live.scenario("timed-out-then-cleared") as s:
        s.unpause()
        run = s.trigger(conf={"write_file": False})
        s.wait_task(run, "vendor_file", "running")
        first = s.wait(run, "failed")
        assert s.states(run) == {
            "extract": "success",
            "vendor_file": "skipped",
            "load": "skipped",
        }
        file = Path(s.xcom(run, "extract"))
        assert not file.exists()
        file.write_text("A-1,20\nA-2,30\nA-3,50\n")
        s.note_step("write the vendor's file")

        s.clear(run, "vendor_file", include_downstream=True)
        again = s.wait(run, "success")
        assert again["dag_run_id"] == first["dag_run_id"]
        assert again["start_date"] > first["end_date"]  # the clock starts again
        assert s.xcom(run, "load") == 3
        tries = {}
        for task in ("extract", "vendor_file", "load"):
            rows = s.client.tries(run.dag_id, run.run_id, task)
            tries[task] = [f"{one['try_number']} {one['state']}" for one in rows]
        assert s.keep("tries, and how they ended", tries) == {
            "extract": ["1 success"],
            "vendor_file": ["1 skipped", "2 success"],
            "load": ["0 skipped", "1 success"],
        }
        file.unlink()
