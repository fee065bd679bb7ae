"""A scheduler takes the cleared run up by itself, under its old id."""

import json

import pytest

pytestmark = pytest.mark.live


def test_the_scheduler_goes_on_with_the_cleared_run(live):
    file = live.folder / "vendor.json"
    file.write_text(json.dumps({"cup": 4}))
    with live.scenario("continued") as s:
        s.unpause()
        run = s.trigger(conf={"vendor_file": str(file)})
        assert s.wait(run)["state"] == "failed"
        file.write_text(json.dumps({"cup": 4, "plate": 9}))
        s.note_step("add the price of a plate to the vendor's file")

        s.clear(run, "load", include_downstream=True)
        assert s.wait(run, "success")["dag_run_id"] == run.run_id
        assert s.xcom(run, "report") == 10 * 4 + 3 * 9
        told = {}
        for task in ("extract", "copy", "load", "drop", "report"):
            rows = s.client.tries(run.dag_id, run.run_id, task)
            told[task] = [f"{one['try_number']} {one['state']}" for one in rows]
        assert s.keep("tries, and how they ended", told) == {
            "extract": ["1 success"],
            "copy": ["1 success", "2 success"],
            "load": ["1 failed", "2 success"],
            "drop": ["1 success", "2 success"],
            "report": ["0 upstream_failed", "1 success"],  # it had never begun
        }
