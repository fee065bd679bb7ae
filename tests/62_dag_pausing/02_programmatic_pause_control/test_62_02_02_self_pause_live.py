"""On a real scheduler a run that has paused its own DAG ends within a minute."""

import pytest

pytestmark = pytest.mark.live


def test_the_run_that_pauses_its_dag_succeeds(live):
    with live.scenario("bad-rows") as s:
        s.unpause()
        s.wait_runs(1, state="success", run_type="scheduled")
        run = s.trigger(conf={"bad_rows": 50})
        s.wait_task(run, "pause_self", "success")
        assert s.client.get(f"/dags/{run.dag_id}")["is_paused"] is True
        assert s.wait(run)["state"] == "success"
