"""The child runs twice on a real scheduler, both times with the conf of the first."""

import pytest

pytestmark = pytest.mark.live


def test_the_second_request_runs_with_the_conf_of_the_first(live):
    child = f"{live.paths.stem}__ship"
    with live.scenario("sent-twice") as s:
        s.unpause()
        s.unpause(child)
        first = s.trigger(conf={"order": 1003, "gift": False})
        assert s.wait(first)["state"] == "success"
        [shipped] = s.wait_runs(1, dag_id=child, state="success")

        again = s.trigger(conf={"order": 1003, "gift": True})
        assert s.wait(again)["state"] == "success"
        assert s.wait(shipped)["state"] == "success"
        assert s.xcom(again, "handover")["gift"] is True
        assert s.xcom(shipped, "pack") == "order 1003, no gift"
        assert len(s.runs(child)) == 1
