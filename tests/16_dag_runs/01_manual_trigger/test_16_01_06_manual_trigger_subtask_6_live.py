"""One connection of a viewer tells of a queued run, of its start and of its result."""

import json

import httpx
import pytest

from dagbook.live.client import ApiError

pytestmark = pytest.mark.live


def lines(client, dag_id, run_id):
    """Yield what the wait endpoint says to a user, line by line."""
    url = f"{client.base_url}/api/v2/dags/{dag_id}/dagRuns/{run_id}/wait?interval=0.2"
    bearer = {"Authorization": f"Bearer {client.token()}"}
    with httpx.stream("GET", url, headers=bearer, timeout=60) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            yield json.loads(line)


def test_a_viewer_waits_for_the_run_of_a_user(live):
    viewer = live.cluster.login("viewer")
    with live.scenario("one-connection") as s:
        s.pause()
        with pytest.raises(ApiError, match="403"):
            viewer.trigger(s.dag_id)
        s.trigger(run_id="sales-for-two")
        said = []
        for line in lines(viewer, s.dag_id, "sales-for-two"):
            said.append(line)
            if len(said) == 3:
                s.unpause()
        assert [one["state"] for one in said[:3]] == ["queued"] * 3
        assert said[-1] == {"state": "success", "results": {"report": {"pieces": 10}}}
        states = list(dict.fromkeys(one["state"] for one in said))
        assert s.keep("states on the connection", states) == [
            "queued",
            "running",
            "success",
        ]
        viewer.close()
