"""Five files on a scheduler that starts them at once: one returns, one is retried."""

import pytest

pytestmark = pytest.mark.live


def test_one_load_comes_back_in_its_try_and_one_is_retried(live):
    with live.scenario("five-files") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "failed"
        assert s.states(run) == {
            "files": "success",
            "load[0]": "success",
            "load[1]": "skipped",
            "load[2]": "failed",
            "load[3]": "success",
            "load[4]": "success",
            "report": "upstream_failed",
        }
        rows = s.client.tasks(run.dag_id, run.run_id)
        tries = {r["map_index"]: r["try_number"] for r in rows if r["map_index"] >= 0}
        assert tries == {0: 1, 1: 1, 2: 1, 3: 1, 4: 2}
