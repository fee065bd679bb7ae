"""Between its tries, a task that timed out is up_for_retry."""

import pytest

pytestmark = pytest.mark.live


def test_task_is_up_for_retry_after_its_timeout(live):
    with live.scenario("up-for-retry") as s:
        s.unpause()
        run = s.trigger()
        assert s.wait(run)["state"] == "success"

        [told] = s.data()["runs"]
        [load] = [one for one in told["tasks"] if one["task_id"] == "load"]
        assert load["path"] == ["running", "up_for_retry", "running", "success"]
        assert [one["state"] for one in load["tries"]] == ["failed", "success"]
        assert load["tries"][0]["error"]["type"] == "AirflowTaskTimeout"
