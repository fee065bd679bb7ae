"""The callback runs in the worker, and writes the note of the run."""

import pytest

pytestmark = pytest.mark.live


def test_a_worker_writes_the_error_into_the_note(live):
    with live.scenario("worker") as s:
        s.unpause()
        run = s.trigger(conf={"regions": ["north", "south"]})
        assert s.wait(run)["state"] == "failed"
        assert s.states(run)["load[1]"] == "failed"
        note = s.client.run(run.dag_id, run.run_id)["note"]
        assert s.keep("note of the run", note) == "load[1]: no prices for south"
