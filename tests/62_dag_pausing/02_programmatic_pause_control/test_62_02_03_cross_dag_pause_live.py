"""On a real scheduler: the run of the other DAG ends before its DAG is paused."""

import pytest

pytestmark = pytest.mark.live


def test_the_run_ends_and_then_its_dag_is_paused(live):
    refunds = f"{live.paths.stem}__refunds"
    with live.scenario("busy") as s:
        s.unpause()
        s.unpause(refunds)
        busy = s.trigger(refunds, conf={"seconds": 8})
        s.wait_task(busy, "load", "running")
        run = s.trigger(conf={"dag_id": refunds})
        assert s.wait(run)["state"] == "success"
        assert s.xcom(run, "verify") == "paused, frozen runs: 0"
        ended = s.client.run(refunds, busy.run_id)
        assert ended["state"] == "success"
        assert s.client.get(f"/dags/{refunds}")["is_paused"] is True
